#include "core/request.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "core/utf8.h"

namespace pcai {
namespace {

constexpr std::size_t kMaxStopSequences = 16;
constexpr std::size_t kMaxStopBytes = 256;
constexpr std::size_t kMaxLogitBiases = 1024;
constexpr std::uint32_t kMaxTopLogprobs = 20;
constexpr std::size_t kMaxTools = 128;
constexpr std::size_t kMaxToolName = 64;
constexpr std::size_t kMaxToolBytes = std::size_t{1} << 20;    // descriptions and schemas of all
constexpr std::size_t kMaxMedia = 64;                          // of all messages
constexpr std::size_t kMaxMediaBytes = std::size_t{48} << 20;  // the same
constexpr std::size_t kMaxAdapterScales = 64;
constexpr std::size_t kMaxGrammarBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxTemplateArguments = 32;
constexpr std::size_t kMaxTemplateArgumentBytes = std::size_t{1} << 16;  // of all

tl::unexpected<Error> refuse(std::string field, const std::string& what) {
  std::string message = field + " " + what;
  return fail(ErrorCode::InvalidRequest, std::move(message), std::move(field));
}

// Written so that NaN is out of every range.
bool within(float value, float low, float high) {
  return value >= low && value <= high;
}

std::string indexed(const char* name, std::size_t index) {
  return std::string(name) + "[" + std::to_string(index) + "]";
}

Status check_stop_sequences(const std::vector<std::string>& sequences) {
  if (sequences.size() > kMaxStopSequences) {
    return refuse("stop", "has " + std::to_string(sequences.size()) + " sequences; at most " +
                              std::to_string(kMaxStopSequences) + " are allowed");
  }
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    const std::string& sequence = sequences[i];
    if (sequence.empty()) return refuse(indexed("stop", i), "must not be empty");
    if (sequence.size() > kMaxStopBytes) {
      return refuse(indexed("stop", i),
                    "is longer than " + std::to_string(kMaxStopBytes) + " bytes");
    }
    if (!is_valid_utf8(sequence)) return refuse(indexed("stop", i), "is not valid UTF-8");
  }
  return {};
}

Status check_logit_bias(const std::vector<LogitBias>& biases) {
  if (biases.size() > kMaxLogitBiases) {
    return refuse("logit_bias", "has " + std::to_string(biases.size()) + " entries; at most " +
                                    std::to_string(kMaxLogitBiases) + " are allowed");
  }
  for (const LogitBias& bias : biases) {
    if (bias.token < 0) return refuse("logit_bias", "has a negative token id");
    if (!within(bias.bias, -100.0F, 100.0F)) {
      return refuse("logit_bias",
                    "of token " + std::to_string(bias.token) + " must be between -100 and 100");
    }
  }
  return {};
}

Status check_media(const ChatMessage& message, const std::string& field) {
  const std::string_view content = message.content ? std::string_view(*message.content) : "";
  std::size_t last = 0;
  for (const Media& media : message.media) {
    if (message.role != Role::User)
      return refuse(field, "may hold images and audio in user messages only");
    if (!media.bytes || media.bytes->empty()) {
      return refuse(field, std::string("has an empty ") + to_string(media.kind));
    }
    const std::size_t at = media.position;
    if (at < last || at > content.size() || !is_valid_utf8(content.substr(0, at))) {
      return refuse(field,
                    std::string("has an ") + to_string(media.kind) + " at no place of the text");
    }
    last = at;
  }
  return {};
}

Status check_messages(const std::vector<ChatMessage>& messages) {
  if (messages.empty()) return refuse("messages", "must not be empty");
  std::size_t media = 0;
  std::size_t media_bytes = 0;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const ChatMessage& message = messages[i];
    if (!is_valid_utf8(message.content.value_or("")) || !is_valid_utf8(message.reasoning)) {
      return refuse(indexed("messages", i) + ".content", "is not valid UTF-8");
    }
    if (Status status = check_media(message, indexed("messages", i) + ".content"); !status) {
      return status;
    }
    media += message.media.size();
    for (const Media& item : message.media) media_bytes += item.bytes->size();
  }
  if (media > kMaxMedia || media_bytes > kMaxMediaBytes) {
    return refuse("messages", "may hold " + std::to_string(kMaxMedia) +
                                  " images and audio files of " + std::to_string(kMaxMediaBytes) +
                                  " bytes in total; these are " + std::to_string(media) + " of " +
                                  std::to_string(media_bytes));
  }
  return {};
}

bool is_tool_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= kMaxToolName &&
         std::all_of(name.begin(), name.end(), allowed);
}

Status check_tools(const ToolOptions& tools) {
  if (tools.definitions.size() > kMaxTools) {
    return refuse("tools", "has " + std::to_string(tools.definitions.size()) +
                               " functions; at most " + std::to_string(kMaxTools) + " are allowed");
  }
  std::set<std::string_view> names;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < tools.definitions.size(); ++i) {
    const ToolDefinition& tool = tools.definitions[i];
    const std::string field = indexed("tools", i) + ".function";
    if (!is_tool_name(tool.name)) {
      return refuse(field + ".name", "must be 1 to " + std::to_string(kMaxToolName) +
                                         " letters, digits, '_' or '-'");
    }
    if (!names.insert(tool.name).second) {
      return refuse(field + ".name", "'" + tool.name + "' occurs twice");
    }
    if (!is_valid_utf8(tool.description)) {
      return refuse(field + ".description", "is not valid UTF-8");
    }
    if (!is_valid_utf8(tool.parameters)) {
      return refuse(field + ".parameters", "is not valid UTF-8");
    }
    bytes += tool.description.size() + tool.parameters.size();
  }
  if (bytes > kMaxToolBytes) {
    return refuse("tools", "have " + std::to_string(bytes) +
                               " bytes of descriptions and schemas; " + "at most " +
                               std::to_string(kMaxToolBytes) + " are allowed");
  }
  if (tools.choice == ToolChoice::Required && tools.definitions.empty()) {
    return refuse("tool_choice", "asks for a call, but there are no tools");
  }
  for (const std::string& name : tools.allowed) {
    if (!names.contains(name)) {
      return refuse("tool_choice", "names '" + name + "', which is not among the tools");
    }
  }
  return {};
}

Status check_template_arguments(const std::vector<TemplateArgument>& arguments) {
  std::size_t bytes = 0;
  for (const TemplateArgument& argument : arguments) {
    bytes += argument.name.size() + argument.json.size();
    if (argument.name.empty() || !is_valid_utf8(argument.name) || !is_valid_utf8(argument.json)) {
      return refuse("chat_template_kwargs", "has an empty name or text that is not UTF-8");
    }
  }
  if (arguments.size() > kMaxTemplateArguments || bytes > kMaxTemplateArgumentBytes) {
    return refuse("chat_template_kwargs",
                  "may have " + std::to_string(kMaxTemplateArguments) + " members of " +
                      std::to_string(kMaxTemplateArgumentBytes) + " bytes in total");
  }
  return {};
}

Status check_grammar(const Grammar& grammar) {
  const char* const field = grammar.kind == GrammarKind::JsonSchema ? "response_format" : "grammar";
  if (grammar.source.empty()) return refuse(field, "has an empty source");
  if (grammar.source.size() > kMaxGrammarBytes) {
    return refuse(field, "has " + std::to_string(grammar.source.size()) + " bytes; at most " +
                             std::to_string(kMaxGrammarBytes) + " are allowed");
  }
  if (!is_valid_utf8(grammar.source)) return refuse(field, "is not valid UTF-8");
  return {};
}

Status check_adapters(const std::optional<std::vector<AdapterScale>>& adapters) {
  if (!adapters) return {};
  std::set<std::uint32_t> seen;
  for (const AdapterScale& adapter : *adapters) {
    if (!std::isfinite(adapter.scale)) return refuse("lora", "has a scale that is not finite");
    if (!seen.insert(adapter.index).second) {
      return refuse("lora", "names adapter " + std::to_string(adapter.index) + " twice");
    }
  }
  if (seen.size() > kMaxAdapterScales) {
    return refuse("lora", "may name at most " + std::to_string(kMaxAdapterScales) + " adapters");
  }
  return {};
}

Status check_chat(const ChatPrompt& chat) {
  if (Status status = check_messages(chat.messages); !status) return status;
  if (Status status = check_tools(chat.tools); !status) return status;
  return check_template_arguments(chat.template_arguments);
}

}  // namespace

Status check_params(const GenerateParams& params) {
  const float inf = HUGE_VALF;
  if (!within(params.temperature, 0, inf) || params.temperature == inf) {
    return refuse("temperature", "must be a finite number, 0 or more");
  }
  if (!within(params.top_p, 0, 1)) return refuse("top_p", "must be between 0 and 1");
  if (params.top_k < 0) return refuse("top_k", "must be 0 (off) or more");
  if (!within(params.min_p, 0, 1)) return refuse("min_p", "must be between 0 and 1");
  if (!(params.repeat_penalty > 0) || params.repeat_penalty == inf) {
    return refuse("repeat_penalty", "must be a finite number over 0");
  }
  if (!std::isfinite(params.frequency_penalty)) {
    return refuse("frequency_penalty", "must be a finite number");
  }
  if (!std::isfinite(params.presence_penalty)) {
    return refuse("presence_penalty", "must be a finite number");
  }
  if (params.penalty_last_n < -1) {
    return refuse("penalty_last_n", "must be -1 (whole context), 0 (off) or more");
  }
  if (params.max_tokens < 1) return refuse("max_tokens", "must be at least 1");
  if (params.top_logprobs > kMaxTopLogprobs) {
    return refuse("top_logprobs", "must be at most " + std::to_string(kMaxTopLogprobs));
  }
  if (params.top_logprobs > 0 && !params.logprobs) {
    return refuse("top_logprobs", "needs logprobs to be true");
  }
  if (Status status = check_stop_sequences(params.stop_sequences); !status) return status;
  if (params.grammar) {
    if (Status status = check_grammar(*params.grammar); !status) return status;
  }
  if (Status status = check_adapters(params.adapters); !status) return status;
  return check_logit_bias(params.logit_bias);
}

Status check_request(const GenerateRequest& request) {
  if (const auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    if (Status status = check_chat(*chat); !status) return status;
  } else if (const auto* text = std::get_if<TextPrompt>(&request.prompt)) {
    if (text->text.empty()) return refuse("prompt", "must not be empty");
    if (!is_valid_utf8(text->text)) return refuse("prompt", "is not valid UTF-8");
  } else if (const auto* gap = std::get_if<InfillPrompt>(&request.prompt)) {
    if (gap->prefix.empty() && gap->suffix.empty()) return refuse("prompt", "must not be empty");
    if (!is_valid_utf8(gap->prefix)) return refuse("prompt", "is not valid UTF-8");
    if (!is_valid_utf8(gap->suffix)) return refuse("suffix", "is not valid UTF-8");
  } else if (std::get<TokenPrompt>(request.prompt).tokens.empty()) {
    return refuse("prompt", "must not be empty");
  }
  return check_params(request.params);
}

}  // namespace pcai

#include "core/request.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "core/parameters/limits.h"
#include "core/parameters/parameters.h"
#include "core/path.h"
#include "core/utf8.h"

namespace pcai {
namespace {

Status check_logit_bias(const std::vector<LogitBias>& biases) {
  constexpr Range kBias{-kMaxLogitBias, kMaxLogitBias};
  if (biases.size() > kMaxLogitBiases) {
    return refuse("logit_bias", "has " + std::to_string(biases.size()) + " entries; at most " +
                                    std::to_string(kMaxLogitBiases) + " are allowed");
  }
  for (const LogitBias& bias : biases) {
    if (bias.token < 0) return refuse("logit_bias", "has a negative token id");
    if (!contains(kBias, bias.bias)) {
      return refuse("logit_bias",
                    "of token " + std::to_string(bias.token) + " must be " + range_text(kBias));
    }
  }
  return {};
}

Status check_media(const ChatMessage& message, const std::string& field) {
  const std::string_view content = message.content ? std::string_view(*message.content) : "";
  std::size_t last = 0;
  for (std::size_t i = 0; i < message.media.size(); ++i) {
    const Media& media = message.media[i];
    const std::string path = item_path(field + ".media", i);
    if (message.role != Role::User) {
      return refuse(path, "is an image or audio, which only user messages may hold");
    }
    if (!media.bytes || media.bytes->empty()) {
      return refuse(path, std::string("is an empty ") + to_string(media.kind));
    }
    const std::size_t at = media.position;
    if (at < last || at > content.size() || !is_valid_utf8(content.substr(0, at))) {
      return refuse(path,
                    std::string("is an ") + to_string(media.kind) + " at no place of the text");
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
    const std::string path = item_path("messages", i);
    if (!is_valid_utf8(message.content.value_or(""))) {
      return refuse(path + ".content", "is not valid UTF-8");
    }
    if (!is_valid_utf8(message.reasoning)) return refuse(path + ".reasoning", "is not valid UTF-8");
    if (Status status = check_media(message, path); !status) return status;
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
           c == '-' || c == '.' || c == ':' || c == '/';
  };
  return !name.empty() && name.size() <= kMaxToolNameBytes &&
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
    const std::string field = item_path("tools", i);
    if (!is_tool_name(tool.name)) {
      return refuse(field + ".name", "must be 1 to " + std::to_string(kMaxToolNameBytes) +
                                         " letters, digits and any of '_-.:/'");
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
      return refuse("template_arguments", "has an empty name or text that is not UTF-8");
    }
  }
  if (arguments.size() > kMaxTemplateArguments || bytes > kMaxTemplateArgumentBytes) {
    return refuse("template_arguments",
                  "may have " + std::to_string(kMaxTemplateArguments) + " members of " +
                      std::to_string(kMaxTemplateArgumentBytes) + " bytes in total");
  }
  return {};
}

Status check_grammar(const Grammar& grammar) {
  if (grammar.source.empty()) return refuse("grammar", "has an empty source");
  if (grammar.source.size() > kMaxGrammarBytes) {
    return refuse("grammar", "has " + std::to_string(grammar.source.size()) + " bytes; at most " +
                                 std::to_string(kMaxGrammarBytes) + " are allowed");
  }
  if (!is_valid_utf8(grammar.source)) return refuse("grammar", "is not valid UTF-8");
  return {};
}

Status check_adapters(const std::optional<std::vector<AdapterScale>>& adapters) {
  if (!adapters) return {};
  std::set<std::uint32_t> seen;
  for (const AdapterScale& adapter : *adapters) {
    if (!std::isfinite(adapter.scale)) return refuse("adapters", "has a scale that is not finite");
    if (!seen.insert(adapter.index).second) {
      return refuse("adapters", "names adapter " + std::to_string(adapter.index) + " twice");
    }
  }
  if (seen.size() > kMaxAdapters) {
    return refuse("adapters", "may name at most " + std::to_string(kMaxAdapters) + " adapters");
  }
  return {};
}

Status check_chat(const ChatPrompt& chat) {
  if (Status status = check_messages(chat.messages); !status) return status;
  if (Status status = check_tools(chat.tools); !status) return status;
  const ChatMessage& last = chat.messages.back();
  if (chat.continues && (last.role != Role::Assistant || !last.tool_calls.empty())) {
    return refuse("messages",
                  "must end with a text of the assistant, without calls, for the answer to go on "
                  "from");
  }
  return check_template_arguments(chat.template_arguments);
}

}  // namespace

Status check_params(const GenerateParams& params) {
  for (const Parameter& parameter : kParameters) {
    if (Status status = check_parameter(parameter, params, parameter.name); !status) return status;
  }
  if (params.top_logprobs > 0 && !params.logprobs) {
    return refuse("top_logprobs", "needs logprobs to be true");
  }
  if (params.prompt_logprobs.value_or(0) > kMaxTopLogprobs) {
    return refuse("prompt_logprobs", "must be at most " + std::to_string(kMaxTopLogprobs));
  }
  if (params.grammar) {
    if (Status status = check_grammar(*params.grammar); !status) return status;
  }
  if (Status status = check_adapters(params.adapters); !status) return status;
  return check_logit_bias(params.logit_bias);
}

Status check_request(const GenerateRequest& request) {
  if (const auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    if (Status status = check_chat(*chat); !status) return status;
    if (chat->continues && request.params.grammar) {
      return refuse(
          "grammar",
          "holds for whole answers, not for one that goes on from the last message; leave "
          "one of them out");
    }
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

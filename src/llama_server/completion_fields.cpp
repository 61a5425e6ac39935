#include "llama_server/completion_fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/fields/sampling_fields.h"
#include "llama_server/samplers.h"

namespace pcai::llama_server {
namespace {

using Request = CompletionRequest;

constexpr Range kTokenIds{0, kMaxTokenCount};
constexpr Range kNames{0, 64};
constexpr Range kNameBytes{1, 256};

Status refuse(const std::string& path, const std::string& what) {
  return fail(ErrorCode::InvalidRequest, path + " " + what, path);
}

// --- prompts ---

Status read_tokens(api::Json& array, const std::string& path, Request& request) {
  static const api::FieldInfo kToken{"", api::FieldType::Integer, kTokenIds};
  TokenPrompt prompt;
  prompt.tokens.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string item = item_path(path, i);
    if (array[i].is_string()) {
      return refuse(item, "is a text among token ids; send one text, or ids from /tokenize");
    }
    if (Status checked = api::check_field(kToken, array[i], item); !checked) return checked;
    prompt.tokens.push_back(array[i].get<std::int32_t>());
  }
  if (prompt.tokens.empty()) return refuse(path, "is empty");
  request.prompts.emplace_back(std::move(prompt));
  return {};
}

struct TextWithMedia {
  std::string text = {};
};

Status read_object(api::Json& object, const std::string& path, Request& request) {
  static const std::vector<api::Field<TextWithMedia>> kFields = {
      api::required(api::field<&TextWithMedia::text>("prompt_string", {}, "The text")),
      api::unsupported_field<TextWithMedia>("multimodal_data", api::FieldType::Array,
                                            "Send images and audio to /v1/chat/completions"),
  };
  TextWithMedia prompt;
  Status read = api::read_fields(object, path, request.warnings,
                                 api::FieldSet<TextWithMedia>{kFields, prompt});
  if (read) request.prompts.emplace_back(TextPrompt{std::move(prompt.text)});
  return read;
}

/// One prompt: a text, token ids, or an object with a text.
Status read_one(api::Json& value, const std::string& path, Request& request) {
  if (value.is_object()) return read_object(value, path, request);
  if (value.is_array()) return read_tokens(value, path, request);
  if (!value.is_string()) return refuse(path, "must be a text, token ids, or an object");
  request.prompts.emplace_back(TextPrompt{std::move(value.get_ref<std::string&>())});
  return {};
}

Status read_prompt(api::Json& value, const std::string& path, Request& request) {
  const bool one = !value.is_array() || (!value.empty() && value[0].is_number());
  if (one) return read_one(value, path, request);
  if (value.empty() || value.size() > kMaxAnswers) {
    return refuse(path, "must have from 1 to " + std::to_string(kMaxAnswers) + " prompts");
  }
  request.lists_prompts = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status read = read_one(value[i], item_path(path, i), request); !read) return read;
  }
  return {};
}

// --- the others ---

/// A model always writes a token; where none is wanted it is left out of the answer.
Status read_n_predict(api::Json& value, const std::string&, Request& request) {
  const auto tokens = value.get<std::int64_t>();
  request.prompt_only = tokens == 0;
  request.generate.params.max_tokens =
      tokens < 0 ? kMaxTokenCount : static_cast<std::uint32_t>(std::max<std::int64_t>(tokens, 1));
  return {};
}

Status read_n_probs(api::Json& value, const std::string&, Request& request) {
  const auto alternatives = value.get<std::uint32_t>();
  if (alternatives == 0) return {};
  request.probabilities = alternatives;
  request.generate.params.logprobs = true;
  request.generate.params.top_logprobs = alternatives;
  return {};
}

Status read_names(api::Json& value, const std::string& path, std::vector<std::string>& names) {
  static const api::FieldInfo kName{"", api::FieldType::String, kNameBytes};
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status checked = api::check_field(kName, value[i], item_path(path, i)); !checked) {
      return checked;
    }
    names.push_back(std::move(value[i].get_ref<std::string&>()));
  }
  return {};
}

/// What they change waits until all parameters are read.
Status read_samplers(api::Json& value, const std::string& path, Request& request) {
  if (!value.is_string()) return read_names(value, path, request.samplers.emplace());
  const std::string& letters = value.get_ref<const std::string&>();
  if (letters.size() > static_cast<std::size_t>(kNames.max)) {
    return refuse(path, "has more than " + std::to_string(int(kNames.max)) + " letters");
  }
  request.samplers = names_of_letters(letters);
  return {};
}

Status read_response_fields(api::Json& value, const std::string& path, Request& request) {
  return read_names(value, path, request.response_fields.emplace());
}

Status read_longest(api::Json& value, const std::string&, Request& request) {
  request.cuts.longest = std::chrono::milliseconds(std::max<std::int64_t>(value.get<int>(), 0));
  return {};
}

Status read_indent(api::Json& value, const std::string&, Request& request) {
  request.cuts.indent = value.get<std::uint32_t>();
  return {};
}

/// A member with a value that every request has by itself; any other one is told.
template <int kUsual>
Status tell_other(api::Json& value, const std::string& path, Request&, api::Warnings& warnings) {
  const bool usual = value.is_number() ? value == kUsual : api::asks_for_nothing(value);
  if (!usual) warnings.add(api::no_effect(path));
  return {};
}

template <int kUsual = 0>
api::Field<Request> told_field(std::string_view name, api::FieldType type,
                               std::string_view description) {
  return api::telling<Request>({name, type, {}, "", description}, tell_other<kUsual>);
}

/// From pairs of a token id and a number, or false for never, to what OpenAI's API has.
Status read_pairs(api::Json& pairs, const std::string& path) {
  if (pairs.size() > kMaxLogitBiases) {
    return refuse(path, "has more than " + std::to_string(kMaxLogitBiases) + " pairs");
  }
  api::Json object = api::Json::object();
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    api::Json& pair = pairs[i];
    const bool right = pair.is_array() && pair.size() == 2 && pair[0].is_number_integer() &&
                       (pair[1].is_number() || pair[1] == false);
    if (!right) {
      return refuse(item_path(path, i), "must be a pair of a token id and a number or false");
    }
    object[api::to_text(pair[0])] =
        pair[1].is_boolean() ? api::Json(-kMaxLogitBias) : std::move(pair[1]);
  }
  pairs = std::move(object);
  return {};
}

Status read_logit_bias(api::Json& value, const std::string& path, GenerateParams& params) {
  const auto fields = api::sampling_fields();
  const auto field =
      std::ranges::find(fields, std::string_view("logit_bias"), &api::FieldInfo::name);
  if (value.is_array()) {
    if (Status read = read_pairs(value, path); !read) return read;
  }
  if (Status checked = api::check_field(*field, value, path); !checked) return checked;
  return field->read(value, path, params);
}

}  // namespace

std::span<const api::Field<openai::AnswerRequest>> openai_fields() {
  static const std::vector<api::Field<openai::AnswerRequest>> kFields = [] {
    constexpr std::array<std::string_view, 6> kNamed = {"model",       "stream",     "grammar",
                                                        "json_schema", "keep_alive", "ttl"};
    std::vector<api::Field<openai::AnswerRequest>> fields;
    for (const auto& field : openai::answer_fields()) {
      if (std::ranges::find(kNamed, field.name) != kNamed.end()) fields.push_back(field);
      if (field.name == "n") {
        fields.push_back(field);
        fields.back().name = "n_cmpl";
      }
    }
    return fields;
  }();
  return kFields;
}

std::span<const api::Field<GenerateParams>> sampling_fields() {
  static const std::vector<api::Field<GenerateParams>> kFields = [] {
    std::vector<api::Field<GenerateParams>> fields;
    for (const auto& field : api::sampling_fields()) {
      if (field.name != "logit_bias") fields.push_back(field);
    }
    fields.push_back(api::with_schema(
        api::Field<GenerateParams>{{"logit_bias",
                                    api::FieldType::Any,
                                    {},
                                    "",
                                    "Pairs of a token id and a number from -100 to 100 that is "
                                    "added to its logit, false = never; or an object of these"},
                                   read_logit_bias},
        "LlamaLogitBias"));
    return fields;
  }();
  return kFields;
}

std::span<const api::Field<Request>> shared_fields() {
  using enum api::FieldType;
  static const std::vector<api::Field<Request>> kFields = {
      {{"n_predict",
        Integer,
        {-2, kMaxTokenCount},
        "-1",
        "Maximum number of tokens in the answer; 0 = the prompt alone, -1 = all that fit"},
       read_n_predict},
      {{"n_probs",
        Integer,
        {0, kMaxTopLogprobs},
        "0",
        "Alternatives per token, with their "
        "probabilities; 0 = off"},
       read_n_probs},
      {{"n_indent", Integer, {0, 1024}, "0", "End before a line that is indented by less; 0 = off"},
       read_indent},
      {{"t_max_predict_ms",
        Integer,
        {-1, 2147483647},
        "0",
        "End after this time of writing, once a line has ended; 0 = off"},
       read_longest},
      api::with_schema(
          api::Field<Request>{{"samplers", StringOrArray, kNames, "", "The samplers that are used"},
                              read_samplers},
          "LlamaSamplers"),
      api::with_schema(
          api::Field<Request>{{"response_fields", Array, kNames, "",
                               "The answer's members that are wanted, such as timings/prompt_n"},
                              read_response_fields},
          "LlamaNames"),
      api::field<&Request::cache_prompt>("cache_prompt", {},
                                         "Use what is cached of an earlier prompt"),
      api::field<&Request::return_tokens>("return_tokens", {}, "Return the ids of the tokens"),
      told_field<-1>("id_slot", Integer, "The server decides who runs where"),
      told_field("n_keep", Integer, "Nothing is cut"),
      told_field("n_discard", Integer, "Nothing is cut"),
      told_field("n_cache_reuse", Integer, "Whole prefixes are shared"),
      told_field("t_max_prompt_ms", Integer, "A prompt is computed to its end"),
      told_field("timings_per_token", Boolean, "The last part of a stream has the timings"),
      told_field("return_progress", Boolean, "The stream begins when the prompt is computed"),
      api::unsupported_field<Request>("post_sampling_probs", Boolean,
                                      "Probabilities are those before sampling"),
  };
  return kFields;
}

std::span<const api::Field<Request>> prompt_fields() {
  static const std::vector<api::Field<Request>> kFields = {
      api::required(api::with_schema(
          api::Field<Request>{{"prompt",
                               api::FieldType::Any,
                               {},
                               "",
                               "A text, token ids, an object with a text, or a list of these"},
                              read_prompt},
          "LlamaPrompt")),
  };
  return kFields;
}

}  // namespace pcai::llama_server

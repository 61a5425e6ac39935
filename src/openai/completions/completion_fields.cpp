#include <algorithm>

#include "openai/completions/completion_request.h"

namespace pcai::openai {
namespace {

using Request = CompletionRequest;

constexpr Range kPrompts{1, kMaxCompletions};
constexpr Range kTokenIds{0, kMaxTokenCount};

Result<TokenPrompt> read_tokens(api::Json& array, const std::string& path) {
  static const api::FieldInfo kToken{"", api::FieldType::Integer, kTokenIds};
  TokenPrompt prompt;
  prompt.tokens.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (Status checked = api::check_field(kToken, array[i], item_path(path, i)); !checked) {
      return fail(checked.error());
    }
    prompt.tokens.push_back(array[i].get<std::int32_t>());
  }
  if (prompt.tokens.empty()) return fail(ErrorCode::InvalidRequest, path + " is empty", path);
  return prompt;
}

/// One prompt of a list: a text, or token ids.
Status read_item(api::Json& item, const std::string& path, Request& request) {
  if (item.is_string()) {
    request.prompts.emplace_back(TextPrompt{std::move(item.get_ref<std::string&>())});
    return {};
  }
  if (!item.is_array()) {
    return fail(ErrorCode::InvalidRequest, path + " must be a string or an array of token ids",
                path);
  }
  auto tokens = read_tokens(item, path);
  if (!tokens) return fail(std::move(tokens).error());
  request.prompts.emplace_back(*std::move(tokens));
  return {};
}

Status read_prompt(api::Json& value, const std::string& path, Request& request) {
  const bool one = value.is_string() || (!value.empty() && value[0].is_number());
  if (one) return read_item(value, path, request);
  if (Status checked = api::check_field({"", api::FieldType::Array, kPrompts}, value, path);
      !checked) {
    return checked;
  }
  request.lists_prompts = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status read = read_item(value[i], item_path(path, i), request); !read) return read;
  }
  return {};
}

Status read_best_of(api::Json& value, const std::string&, Request& request) {
  request.best_of = value.get<std::uint32_t>();
  return {};
}

/// A model always writes a token; where none is wanted it is left out of the answer.
Status read_max_tokens(api::Json& value, const std::string&, Request& request) {
  const auto tokens = value.get<std::int32_t>();
  request.prompt_only = tokens == 0;
  request.generate.params.max_tokens =
      static_cast<std::uint32_t>(tokens < 0 ? kMaxTokenCount : std::max(tokens, 1));
  return {};
}

Status read_logprobs(api::Json& value, const std::string&, Request& request) {
  request.generate.params.logprobs = true;
  request.generate.params.top_logprobs = value.get<std::uint32_t>();
  return {};
}

}  // namespace

std::span<const api::Field<Request>> completion_fields() {
  using enum api::FieldType;
  static const std::vector<api::Field<Request>> kFields = {
      api::required(api::with_schema(
          api::Field<Request>{
              {"prompt", StringOrArray, {}, "", "Text or token ids, or a list of them"},
              read_prompt},
          "CompletionPrompt")),
      {{"max_tokens",
        Integer,
        {-1, kMaxTokenCount},
        "16",
        "Maximum number of tokens in the answer; 0 = the prompt alone, -1 = all that fit"},
       read_max_tokens},
      {{"best_of", Integer, {1, 20}, "", "Answers to choose the n most likely from; default n"},
       read_best_of},
      api::field<&Request::echo>("echo", {}, "Begin with the prompt"),
      {{"logprobs", Integer, {0, kMaxTopLogprobs}, "", "Alternatives per token"}, read_logprobs},
      api::field<&Request::suffix>("suffix", {},
                                   "Text after the answer; for models with fill-in-the-middle"),
      api::ignored_field<Request>("service_tier", String, "There is only one tier"),
  };
  return kFields;
}

}  // namespace pcai::openai

#include "backend/answer/prompt/prompt_codec.h"

#include <utility>

#include "backend/answer/prompt/prompt_check.h"
#include "backend/answer/prompt/prompt_limit.h"
#include "core/utf8.h"

namespace pcai::backend::answer {

Result<Tokens> PromptCodec::tokenize(const TokenizeRequest& request, std::stop_token) {
  if (!is_valid_utf8(request.text)) {
    return fail(ErrorCode::InvalidRequest, "text is not valid UTF-8", "text");
  }
  Status status = check_text_bytes(request.text.size(), context_length_, "text");
  if (!status) return fail(std::move(status.error()));
  auto ids = tokenizer_.tokenize(request.text, request.add_special, request.parse_special);
  if (!ids) return fail(std::move(ids.error()));
  Tokens tokens{.ids = std::move(*ids)};
  if (!request.pieces) return tokens;
  for (const std::int32_t token : tokens.ids) tokens.pieces.push_back(tokenizer_.name(token));
  return tokens;
}

Result<std::string> PromptCodec::detokenize(const DetokenizeRequest& request, std::stop_token) {
  Status status = check_tokens(request.tokens, tokenizer_.size(), "tokens");
  if (!status) return fail(std::move(status.error()));
  return tokenizer_.detokenize(request.tokens);
}

Result<std::string> PromptCodec::apply_template(const TemplateRequest& request, std::stop_token) {
  Status status = check_request({.prompt = request.chat});
  if (!status) return fail(std::move(status.error()));
  return write(request.chat);
}

Result<std::uint32_t> PromptCodec::count_tokens(const CountRequest& request, std::stop_token) {
  Status status = check_request({.prompt = request.prompt});
  if (!status) return fail(std::move(status.error()));
  if (const auto* tokens = std::get_if<TokenPrompt>(&request.prompt)) {
    return static_cast<std::uint32_t>(tokens->tokens.size());
  }
  if (const auto* chat = std::get_if<ChatPrompt>(&request.prompt)) return count(*chat);
  if (std::holds_alternative<InfillPrompt>(request.prompt)) {
    return fail(ErrorCode::Unsupported, "the tokens of a fill-in-the-middle prompt are not counted",
                "suffix");
  }
  const std::string& text = std::get<TextPrompt>(request.prompt).text;
  status = check_text_bytes(text.size(), context_length_, "prompt");
  if (!status) return fail(std::move(status.error()));
  const auto ids = tokenizer_.tokenize(text, true, true);
  if (!ids) return fail(ids.error());
  return static_cast<std::uint32_t>(ids->size());
}

}  // namespace pcai::backend::answer

#include "backend/mistralrs/bridge_codec.h"

#include <utility>

#include "backend/answer/prompt_limit.h"
#include "core/utf8.h"

namespace pcai {

Status BridgeCodec::check_size(std::size_t bytes, const char* field) const {
  if (bytes <= kMaxBytesPerToken * context_length_) return {};
  return fail(ErrorCode::ContextOverflow,
              std::string(field) + " has " + std::to_string(bytes) +
                  " bytes, far more than the context of " + std::to_string(context_length_) +
                  " tokens holds; shorten it",
              field);
}

Result<Tokens> BridgeCodec::tokenize(const TokenizeRequest& request, std::stop_token) {
  if (!is_valid_utf8(request.text)) {
    return fail(ErrorCode::InvalidRequest, "content is not valid UTF-8", "content");
  }
  if (Status status = check_size(request.text.size(), "content"); !status) {
    return fail(std::move(status.error()));
  }
  auto ids = tokenizer_.tokenize(request.text, request.add_special, request.parse_special);
  if (!ids) return fail(std::move(ids.error()));
  Tokens tokens{.ids = std::move(*ids)};
  if (!request.pieces) return tokens;
  for (const std::int32_t token : tokens.ids) tokens.pieces.emplace_back(tokenizer_.name(token));
  return tokens;
}

Result<std::string> BridgeCodec::detokenize(const DetokenizeRequest& request, std::stop_token) {
  std::string text;
  for (const std::int32_t token : request.tokens) {
    if (token < 0 || token >= tokenizer_.size()) {
      return fail(ErrorCode::InvalidRequest,
                  "token " + std::to_string(token) + " is not in the model's vocabulary of " +
                      std::to_string(tokenizer_.size()),
                  "tokens");
    }
    text += tokenizer_.name(token);
  }
  return text;
}

Result<std::string> BridgeCodec::apply_template(const TemplateRequest& request, std::stop_token) {
  const GenerateRequest whole{.prompt = request.chat};
  if (Status status = check_request(whole); !status) return fail(std::move(status.error()));
  auto written = chats_.write(request.chat);
  if (!written) return fail(std::move(written.error()));
  return std::move(written->prompt);
}

Result<std::uint32_t> BridgeCodec::count_tokens(const CountRequest& request, std::stop_token) {
  const GenerateRequest whole{.prompt = request.prompt};
  if (Status status = check_request(whole); !status) return fail(std::move(status.error()));
  if (const auto* tokens = std::get_if<TokenPrompt>(&request.prompt)) {
    return static_cast<std::uint32_t>(tokens->tokens.size());
  }
  if (const auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    for (const ChatMessage& message : chat->messages) {
      if (message.media.empty()) continue;
      return fail(
          ErrorCode::Unsupported,
          "messages: how many tokens an image is, mistral.rs tells only in an answer's usage",
          "messages");
    }
    const auto tokenized = chats_.tokenize(*chat, context_length_);
    if (!tokenized) return fail(tokenized.error());
    return static_cast<std::uint32_t>(tokenized->tokens.size());
  }
  if (std::holds_alternative<InfillPrompt>(request.prompt)) {
    return fail(ErrorCode::Unsupported, "the tokens of a gap's two sides are not counted",
                "suffix");
  }
  const std::string& text = std::get<TextPrompt>(request.prompt).text;
  if (Status status = check_size(text.size(), "prompt"); !status) {
    return fail(std::move(status.error()));
  }
  const auto ids = tokenizer_.tokenize(text, true, true);
  if (!ids) return fail(ids.error());
  return static_cast<std::uint32_t>(ids->size());
}

}  // namespace pcai

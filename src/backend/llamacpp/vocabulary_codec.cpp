#include "backend/llamacpp/vocabulary_codec.h"

#include <utility>

#include "core/utf8.h"

namespace pcai {
namespace {

/// Shows where media stand, in the words of llama-server.
ChatPrompt with_marks(ChatPrompt chat) {
  for (ChatMessage& message : chat.messages) {
    for (auto media = message.media.rbegin(); media != message.media.rend(); ++media) {
      message.content->insert(media->position, "<__media__>");
    }
    message.media.clear();
  }
  return chat;
}

}  // namespace

Status VocabularyCodec::check_size(std::size_t bytes, const char* field) const {
  if (bytes <= kMaxBytesPerToken * context_length_) return {};
  return fail(ErrorCode::ContextOverflow,
              std::string(field) + " has " + std::to_string(bytes) +
                  " bytes, far more than the context of " + std::to_string(context_length_) +
                  " tokens holds; shorten it",
              field);
}

Result<Tokens> VocabularyCodec::tokenize(const TokenizeRequest& request, std::stop_token) {
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
  for (const llama_token token : tokens.ids) tokens.pieces.push_back(tokenizer_.name(token));
  return tokens;
}

Result<std::string> VocabularyCodec::detokenize(const DetokenizeRequest& request, std::stop_token) {
  for (const llama_token token : request.tokens) {
    if (token >= 0 && token < tokenizer_.size()) continue;
    return fail(ErrorCode::InvalidRequest,
                "token " + std::to_string(token) + " is not in the model's vocabulary of " +
                    std::to_string(tokenizer_.size()),
                "tokens");
  }
  return tokenizer_.text(request.tokens);
}

Result<std::string> VocabularyCodec::apply_template(const TemplateRequest& request,
                                                    std::stop_token) {
  const GenerateRequest whole{.prompt = request.chat};
  if (Status status = check_request(whole); !status) return fail(std::move(status.error()));
  auto rendered = chat_template_.render(with_marks(request.chat));
  if (!rendered) return fail(std::move(rendered.error()));
  return std::move(rendered->prompt);
}

Result<std::uint32_t> VocabularyCodec::count_tokens(const CountRequest& request, std::stop_token) {
  const GenerateRequest whole{.prompt = request.prompt};
  if (Status status = check_request(whole); !status) return fail(std::move(status.error()));
  if (const auto* tokens = std::get_if<TokenPrompt>(&request.prompt)) {
    return static_cast<std::uint32_t>(tokens->tokens.size());
  }
  if (const auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    const auto tokenized = chat_tokenizer_.tokenize(*chat, false, context_length_, true);
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
  auto ids = tokenizer_.tokenize(text);
  if (!ids) return fail(std::move(ids.error()));
  return static_cast<std::uint32_t>(ids->size());
}

}  // namespace pcai

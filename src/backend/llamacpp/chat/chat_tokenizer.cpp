#include "backend/llamacpp/chat/chat_tokenizer.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "backend/answer/prompt/prompt_limit.h"
#include "backend/answer/prompt/short_tools.h"
#include "core/path.h"

namespace pcai::backend::llamacpp {
namespace {

/// An error about a file among the messages as one about its place there.
Error at_place(Error error, const ChatPrompt& chat, const Media& file) {
  constexpr std::string_view kMessages = "messages";
  for (std::size_t i = 0; error.field == kMessages && i < chat.messages.size(); ++i) {
    const std::vector<Media>& media = chat.messages[i].media;
    const auto same = [&](const Media& one) { return one.bytes == file.bytes; };
    const auto found = std::find_if(media.begin(), media.end(), same);
    if (found == media.end()) continue;
    error.field = item_path(item_path(kMessages, i) + ".media",
                            static_cast<std::size_t>(found - media.begin()));
    if (error.message.starts_with(kMessages)) {
      error.message.replace(0, kMessages.size(), error.field);
    }
  }
  return error;
}

/// Adds the names of the special tokens that are a part of a longer mark.
void add_names_within(std::vector<std::string>& marks, const Tokenizer& tokenizer) {
  for (const std::string& mark : std::vector<std::string>(marks)) {
    for (const Token token : tokenizer.tokenize(mark, false, true).value_or(std::vector<Token>{})) {
      if (!tokenizer.piece(token).empty()) continue;
      std::string name = tokenizer.name(token);
      if (std::find(marks.begin(), marks.end(), name) == marks.end() &&
          mark.find(name) != std::string::npos) {
        marks.push_back(std::move(name));
      }
    }
  }
}

}  // namespace

ChatTokenizer::ChatTokenizer(const ChatTemplate& chat_template, const Tokenizer& tokenizer)
    : chat_template_(chat_template),
      tokenizer_(tokenizer),
      special_text_(tokenizer.special_names()) {}

Status ChatTokenizer::check_media(const ChatPrompt& chat) const {
  for (const ChatMessage& message : chat.messages) {
    for (const Media& media : message.media) {
      const bool image = media.kind == MediaKind::Image;
      if (projector_ != nullptr && (image ? projector_->sees() : projector_->hears())) continue;
      return fail(ErrorCode::Unsupported,
                  std::string("messages: this model ") +
                      (image ? "does not support images" : "does not support audio") +
                      (projector_ == nullptr
                           ? "; start the server with its projector (--mmproj FILE), or ask a "
                             "model that does"
                           : "; ask a model that does"),
                  "messages");
    }
  }
  return {};
}

Status ChatTokenizer::add_media(const Media& file, bool count_only, TokenizedChat& result) const {
  auto pieces = projector_->split(file, count_only);
  if (!pieces) return fail(std::move(pieces.error()));
  for (MediaPiece& piece : *pieces) {
    if (piece.media) {
      MediaSpan& span = piece.media->span;
      span.first = static_cast<std::uint32_t>(result.tokens.size());
      piece.text = media_tokens(piece.media->key, span.count);
      result.media.push_back(std::move(piece.media));
    }
    result.tokens.insert(result.tokens.end(), piece.text.begin(), piece.text.end());
  }
  return {};
}

Result<TokenizedChat> ChatTokenizer::tokenize(const ChatPrompt& chat, bool constrained,
                                              std::uint32_t context_length, bool count_only) const {
  return answer::tokenize_to_fit<TokenizedChat>(chat, context_length, [&](const ChatPrompt& one) {
    return tokenize_whole(one, constrained, context_length, count_only);
  });
}

Result<TokenizedChat> ChatTokenizer::tokenize_whole(const ChatPrompt& chat, bool constrained,
                                                    std::uint32_t context_length,
                                                    bool count_only) const {
  if (Status status = check_media(chat); !status) return fail(std::move(status.error()));
  const answer::SpecialText::Shielded shielded = special_text_.shield(chat);
  auto rendered = chat_template_.render(shielded.chat, constrained);
  if (!rendered) return fail(std::move(rendered.error()));
  Status status = answer::check_prompt_bytes(rendered->prompt, tokenizer_, context_length);
  if (!status) return fail(std::move(status.error()));
  TokenizedChat result{.stop_sequences = std::move(rendered->stop_sequences),
                       .format = std::move(rendered->format),
                       .native = std::move(rendered->native)};
  add_names_within(result.format.marks, tokenizer_);
  if (result.native) {
    result.native->marks = result.format.marks;
    std::copy_if(result.format.marks.begin(), result.format.marks.end(),
                 std::back_inserter(result.native->hidden),
                 [this](const std::string& mark) { return tokenizer_.has_special(mark); });
  }
  bool first = true;
  std::set<std::shared_ptr<const std::string>> seen;
  for (const answer::PromptPart& part : answer::SpecialText::split(rendered->prompt, shielded)) {
    // The text of a picture is empty; where it comes first, the begin of the text comes before it.
    const auto tokens = tokenizer_.tokenize(part.text, first, !part.plain);
    if (!tokens) return fail(tokens.error());
    result.tokens.insert(result.tokens.end(), tokens->begin(), tokens->end());
    first = false;
    if (!part.media) continue;
    seen.insert(part.media->bytes);
    Status added = add_media(*part.media, count_only, result);
    if (!added) return fail(at_place(std::move(added.error()), chat, *part.media));
  }
  for (const answer::PromptPart& part : shielded.hidden) {
    if (!part.media || seen.contains(part.media->bytes)) continue;
    const std::string what = "messages: the model's chat template leaves out an ";
    return fail(
        at_place({ErrorCode::InvalidRequest, what + to_string(part.media->kind), "messages"}, chat,
                 *part.media));
  }
  return result;
}

}  // namespace pcai::backend::llamacpp

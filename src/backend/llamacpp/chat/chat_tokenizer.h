#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/answer/special_text.h"
#include "backend/llamacpp/chat/chat_template.h"
#include "backend/llamacpp/media/projector.h"
#include "backend/llamacpp/tokens/tokenizer.h"

namespace pcai::backend::llamacpp {

/// A chat as tokens. Negative ones stand for `media`.
struct TokenizedChat {
  std::vector<llama_token> tokens;
  std::vector<std::unique_ptr<PromptMedia>> media;
  std::vector<std::string> stop_sequences;  // that the template's format needs
  answer::AnswerFormat format;
  std::optional<NativeFormat> native;
  std::vector<std::string> warnings = {};  // for the client
};

/// Turns chats into tokens: renders them and reads special tokens only where the template wrote
/// them. Any thread may call any method. The template and the tokenizer must outlive it.
class ChatTokenizer {
 public:
  ChatTokenizer(const ChatTemplate& chat_template, const Tokenizer& tokenizer);

  /// Sets what reads images and sound; null = they are Unsupported. Call it before the first
  /// tokenize(). The projector must outlive this object.
  void set_projector(Projector* projector) noexcept { projector_ = projector; }

  /// Renders and tokenizes. `constrained` is as in ChatTemplate::render. `context_length` is in
  /// tokens: far more text than such a context can hold is refused with ContextOverflow before it
  /// is tokenized. A chat that does not fit is tried again with short tools
  /// (answer/prompt/short_tools.h). `count_only`: leave out what the projector needs to encode
  /// media.
  Result<TokenizedChat> tokenize(const ChatPrompt& chat, bool constrained,
                                 std::uint32_t context_length, bool count_only = false) const;

 private:
  Result<TokenizedChat> tokenize_whole(const ChatPrompt& chat, bool constrained,
                                       std::uint32_t context_length, bool count_only) const;
  Status check_media(const ChatPrompt& chat) const;
  Status add_media(const Media& file, bool count_only, TokenizedChat& result) const;

  const ChatTemplate& chat_template_;
  const Tokenizer& tokenizer_;
  answer::SpecialText special_text_;
  Projector* projector_ = nullptr;
};

}  // namespace pcai::backend::llamacpp

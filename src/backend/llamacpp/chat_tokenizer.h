#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/answer/special_text.h"
#include "backend/llamacpp/chat_template.h"
#include "backend/llamacpp/projector.h"
#include "backend/llamacpp/tokenizer.h"

namespace pcai {

/// Room for text that takes few tokens, such as runs of spaces, yet far from what hurts a
/// tokenizer.
inline constexpr std::uint64_t kMaxBytesPerToken = 16;

/// A conversation in the model's tokens; negative ones stand for `media`.
struct TokenizedChat {
  std::vector<llama_token> tokens;
  std::vector<std::unique_ptr<PromptMedia>> media;
  std::vector<std::string> stop_sequences;  // that the template's format needs
  AnswerFormat format;
  std::optional<NativeFormat> native;
};

/// Conversations to tokens: renders them, and reads special tokens only where the template wrote
/// them. Any thread may call any method; template and tokenizer must outlive it.
class ChatTokenizer {
 public:
  ChatTokenizer(const ChatTemplate& chat_template, const Tokenizer& tokenizer);

  /// What reads pictures and recordings; null = they are Unsupported. To be called before the first
  /// tokenize(); it must outlive this.
  void set_projector(Projector* projector) noexcept { projector_ = projector; }

  /// `constrained` as for ChatTemplate::render. Far more text than a context of that many tokens
  /// holds is refused as ContextOverflow before it is tokenized. `count_only`: media without what
  /// the projector needs to encode them.
  Result<TokenizedChat> tokenize(const ChatPrompt& chat, bool constrained,
                                 std::uint32_t context_length, bool count_only = false) const;

 private:
  Status check_media(const ChatPrompt& chat) const;
  Status add_media(const Media& file, bool count_only, TokenizedChat& result) const;

  const ChatTemplate& chat_template_;
  const Tokenizer& tokenizer_;
  SpecialText special_text_;
  Projector* projector_ = nullptr;
};

}  // namespace pcai

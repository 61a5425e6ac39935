#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.h"

namespace pcai::backend::answer {

/// A part of a prompt. Names of special tokens in `text` become these tokens, unless the part is
/// `plain`.
struct PromptPart {
  std::string text;
  bool plain = false;
  std::optional<Media> media = {};  // in place of text
};

/// Keeps the special tokens of a chat template apart from text that only looks like them: a user
/// who writes "<|im_end|>" into a message must not end the message.
///
/// Before the template is applied, names of special tokens in messages are replaced by marks.
/// Afterwards they are put back as plain text. Images and sound are put back at marks, too. Any
/// thread may call any method.
class SpecialText {
 public:
  /// `names`: all special tokens of a vocabulary.
  explicit SpecialText(std::vector<std::string> names);

  /// A chat whose messages contain no special tokens.
  struct Shielded {
    ChatPrompt chat;                 // without media
    std::string mark;                // "" = nothing was replaced
    std::vector<PromptPart> hidden;  // what was replaced, by the number after the mark
  };
  Shielded shield(ChatPrompt chat) const;

  /// Cuts a rendered prompt at the marks.
  static std::vector<PromptPart> split(std::string_view prompt, const Shielded& shielded);

 private:
  std::size_t length_at(std::string_view text, std::size_t position) const;
  void hide(std::string& text, Shielded& shielded) const;
  void hide_content(ChatMessage& message, Shielded& shielded) const;

  std::vector<std::string> names_;  // longest first
  std::string first_bytes_;
};

}  // namespace pcai::backend::answer

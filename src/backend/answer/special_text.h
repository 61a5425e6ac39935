#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.h"

namespace pcai::backend::answer {

/// A stretch of a prompt. Special tokens that are written out in it are read as such unless it is
/// `plain`.
struct PromptPart {
  std::string text;
  bool plain = false;
  std::optional<Media> media = {};  // stands here instead of text
};

/// Keeps the special tokens of a chat template apart from text that only looks like them: somebody
/// who writes "<|im_end|>" into a message must not end it. Names of special tokens in messages are
/// replaced by marks before the template is applied, and put back as plain text afterwards.
/// Pictures and recordings are put back at marks, too. Any thread may call any method.
class SpecialText {
 public:
  /// The names of all special tokens of a vocabulary.
  explicit SpecialText(std::vector<std::string> names);

  /// A conversation without special tokens in what was written by somebody.
  struct Shielded {
    ChatPrompt chat;                 // without media
    std::string mark;                // "" = nothing was found
    std::vector<PromptPart> hidden;  // by the number after the mark
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

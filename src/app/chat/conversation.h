#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.h"
#include "core/result.h"

namespace pcai::app {

/// What was said in a chat: perhaps a system prompt, then questions and answers in turn. While a
/// question is being answered it stands last.
class Conversation {
 public:
  /// `system` is the system prompt; empty = none.
  explicit Conversation(std::string system = {}) { set_system(std::move(system)); }

  const std::vector<ChatMessage>& messages() const noexcept { return messages_; }

  void ask(ChatMessage question) { messages_.push_back(std::move(question)); }
  void answer(std::string text);
  void take_back();  // the question that stands last

  /// Replaces the system prompt; empty = none from now on.
  void set_system(std::string text);

  /// Forgets all but the system prompt.
  void clear();

  /// Answered questions.
  std::size_t turns() const noexcept;

  /// The older half of the turns, at least one of them if there is one.
  std::vector<ChatMessage> older_half() const;

  /// Forgets that half; returns how many turns that were.
  std::size_t drop_older_half();

  /// Puts a summary in its place.
  void summarise_older_half(const std::string& summary);

  /// As JSON text, for a file. Pictures and recordings are not kept.
  std::string text(std::string_view model) const;

  /// What text() wrote. Fails with InvalidRequest for all else.
  static Result<Conversation> from_text(const std::string& text);

 private:
  bool has_system() const noexcept;
  std::size_t half() const noexcept;  // in turns
  void erase_turns(std::size_t count);

  std::vector<ChatMessage> messages_;
};

}  // namespace pcai::app

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/llamacpp/answer_format.h"
#include "core/event.h"

namespace pcai {

/// Takes the text of an answer apart as it comes: TextDelta, ReasoningDelta and ToolCallDelta. How
/// the text is cut into pieces does not change what all events together say. White space around
/// reasoning and calls is left out. Not thread-safe.
class AnswerParser {
 public:
  explicit AnswerParser(AnswerFormat format);

  /// Adds text, and returns what is clear now.
  std::vector<GenerateEvent> add(std::string_view text);

  /// What was still held back. Nothing may be added after it.
  std::vector<GenerateEvent> finish();

  /// True once a call was complete.
  bool called() const noexcept { return calls_ > 0; }

  /// True while the text so far ends inside reasoning.
  bool reasons() const noexcept { return state_ == State::Reasoning; }

 private:
  enum class State : std::uint8_t { Start, Reasoning, Text, CallHead, Arguments, CallTail };

  bool step(bool last);
  bool start(bool last);
  bool read_reasoning(bool last);
  bool read_text(bool last);
  bool read_call_head();
  bool read_arguments();
  bool read_call_tail();
  std::string take(std::size_t length);
  void emit_text(std::size_t length);
  void emit_reasoning(std::size_t length);

  AnswerFormat format_;
  State state_;
  std::string held_;  // text that is not dealt with
  std::vector<GenerateEvent> out_;
  bool skip_space_ = false;  // before the next text
  std::uint32_t depth_ = 0;  // of brackets, inside arguments
  bool in_string_ = false;   // of the arguments
  bool escaped_ = false;
  std::uint32_t calls_ = 0;  // complete ones
};

}  // namespace pcai

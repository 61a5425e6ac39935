#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/answer_reader.h"
#include "backend/answer/marked/arguments_reader.h"
#include "backend/answer/marked/family_marks.h"
#include "backend/answer/new_calls.h"

namespace pcai::backend::answer {

/// Reads answers between the marks of a family. It drops white space around reasoning and calls.
/// If the model repeats a call, the answer ends there. What only begins like a call, or calls a
/// function that there is not, is text.
class MarkedReader final : public AnswerReader {
 public:
  /// `format.family` is set. Calls are looked for if `format` has calls.
  explicit MarkedReader(const AnswerFormat& format);

  std::vector<GenerateEvent> add(std::string_view text) override;
  std::vector<GenerateEvent> finish() override;
  bool called() const noexcept override { return calls_ > 0; }
  bool done() const noexcept override { return done_; }
  bool reasons() const noexcept override { return state_ == State::Reasoning; }

 private:
  enum class State : std::uint8_t { Text, Reasoning, Calls, Name, Arguments, CallTail, AfterCall };

  bool step(bool last);
  bool read_text(bool last);
  bool read_reasoning(bool last);
  bool read_calls();
  bool read_name();
  bool begin_call(const ToolDefinition& tool);
  bool read_call();
  bool read_call_tail();
  bool read_after_call();
  bool take_mark(std::string_view mark, State next);
  bool may_become(std::string_view mark) const;
  bool is_no_call();
  void emit(std::size_t length, bool reasoning);
  void drop(std::size_t length);

  const FamilyMarks& family_;
  std::vector<ToolDefinition> tools_;
  std::vector<std::string_view> text_marks_;  // that end text, the one that begins calls first
  bool parallel_;
  State state_ = State::Text;
  std::string held_;     // text that was not handled yet
  std::string dropped_;  // marks since the last text: no call, if none comes
  std::unique_ptr<ArgumentsReader> arguments_;
  std::vector<GenerateEvent> out_;
  bool skip_space_ = true;   // before the next text
  std::uint32_t calls_ = 0;  // complete ones
  NewCalls new_calls_;
  bool done_ = false;
};

}  // namespace pcai::backend::answer

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/answer_reader.h"
#include "backend/answer/new_calls.h"
#include "core/event.h"

namespace pcai::backend::answer {

/// Reads the format of answer_format.h. It drops white space around reasoning and calls. If the
/// model repeats a call that it made before in the same answer, the answer ends there and the
/// repetition is dropped: small models that do not find an end do this.
class AnswerParser final : public AnswerReader {
 public:
  explicit AnswerParser(AnswerFormat format);

  std::vector<GenerateEvent> add(std::string_view text) override;
  std::vector<GenerateEvent> finish() override;
  bool called() const noexcept override { return calls_ > 0; }
  bool done() const noexcept override { return done_; }
  bool reasons() const noexcept override { return state_ == State::Reasoning; }

 private:
  enum class State : std::uint8_t { Start, Reasoning, Text, CallHead, Arguments, CallTail };

  bool step(bool last);
  bool start(bool last);
  bool read_reasoning(bool last);
  bool read_text(bool last);
  bool read_call_head();
  bool read_arguments();
  bool read_call_tail();
  void end_call();
  std::string take(std::size_t length);
  void emit_text(std::size_t length);
  void emit_reasoning(std::size_t length);

  AnswerFormat format_;
  State state_;
  std::string held_;  // text that was not handled yet
  std::vector<GenerateEvent> out_;
  bool skip_space_ = false;  // before the next text
  std::uint32_t depth_ = 0;  // open brackets, inside arguments
  bool in_string_ = false;   // of the arguments
  bool escaped_ = false;
  std::uint32_t calls_ = 0;  // complete ones
  NewCalls new_calls_;
  bool done_ = false;
};

}  // namespace pcai::backend::answer

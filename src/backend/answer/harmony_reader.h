#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/answer_reader.h"

namespace pcai::backend::answer {

/// Reads answers of gpt-oss (harmony.h): the analysis channel is reasoning, a message to a function
/// is a call, all other messages are text. Messages of one kind are joined by a new line. The
/// answer ends with its first call that has an end mark.
class HarmonyReader final : public AnswerReader {
 public:
  /// Calls are told if `format` has calls; without, they are text.
  explicit HarmonyReader(const AnswerFormat& format);

  std::vector<GenerateEvent> add(std::string_view text) override;
  std::vector<GenerateEvent> finish() override;
  bool called() const noexcept override;
  bool done() const noexcept override { return done_; }
  bool reasons() const noexcept override { return part_ == Part::Reasoning; }

 private:
  enum class Part : std::uint8_t { Header, Text, Reasoning, Call };

  bool step(bool last);
  bool read_header(bool last);
  bool read_body(bool last);
  void begin(Part part);
  void end_message(std::string_view mark);
  void end_call();
  void tell(std::string text);
  void tell_text(std::string text);
  std::vector<GenerateEvent> take_events();

  bool has_calls_;
  std::unique_ptr<AnswerReader> text_reader_;  // of calls in the text; null = there are none
  Part part_ = Part::Header;
  std::string held_;       // what is not decided yet
  std::string separator_;  // before the next text of this message
  std::vector<GenerateEvent> out_;
  bool has_text_ = false;
  bool has_reasoning_ = false;
  bool has_arguments_ = false;  // of the call that is being read
  std::uint32_t calls_ = 0;     // complete ones
  bool done_ = false;
};

}  // namespace pcai::backend::answer

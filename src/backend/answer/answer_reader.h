#pragma once

#include <string_view>
#include <vector>

#include "core/event.h"

namespace pcai::backend::answer {

/// Takes an answer's text apart as it comes, into TextDelta, ReasoningDelta and ToolCallDelta. The
/// result does not depend on how the text is cut into pieces. Not thread-safe.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;

  /// Adds text and returns the events that are certain now.
  virtual std::vector<GenerateEvent> add(std::string_view text) = 0;

  /// Returns the events of the text that was held back. Nothing may be added afterwards.
  virtual std::vector<GenerateEvent> finish() = 0;

  /// True once a tool call was complete.
  virtual bool called() const noexcept = 0;

  /// True if the answer has ended, whatever text may follow.
  virtual bool done() const noexcept = 0;

  /// True while the text so far ends inside reasoning.
  virtual bool reasons() const noexcept = 0;
};

}  // namespace pcai::backend::answer

#pragma once

#include <string_view>
#include <vector>

#include "core/event.h"

namespace pcai::backend::answer {

/// Takes the text of an answer apart as it comes: TextDelta, ReasoningDelta and ToolCallDelta. How
/// the text is cut into pieces does not change what all events together say. Not thread-safe.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;

  /// Adds text, and returns what is clear now.
  virtual std::vector<GenerateEvent> add(std::string_view text) = 0;

  /// What was still held back. Nothing may be added after it.
  virtual std::vector<GenerateEvent> finish() = 0;

  /// True once a call was complete.
  virtual bool called() const noexcept = 0;

  /// True when what comes is no part of the answer any more.
  virtual bool done() const noexcept = 0;

  /// True while the text so far ends inside reasoning.
  virtual bool reasons() const noexcept = 0;
};

}  // namespace pcai::backend::answer

#pragma once

#include <string>
#include <vector>

#include "core/event.h"

namespace pcai::backend::answer {

/// Holds back what may be a repetition of a call that was made before in the same answer: small
/// models that do not find an end repeat calls.
class NewCalls {
 public:
  /// Adds a piece of a call, and what is certain now to `out`.
  void add(ToolCallDelta piece, std::vector<GenerateEvent>& out);

  /// The call is complete. False if it repeats one; then nothing of it was told.
  bool end();

  /// Adds what is held back of a call that was cut.
  void finish(std::vector<GenerateEvent>& out);

 private:
  std::vector<std::string> made_;    // names and arguments
  std::string call_;                 // the same, of the call that is being read
  std::vector<GenerateEvent> held_;  // its events, while it may be a repetition
};

}  // namespace pcai::backend::answer

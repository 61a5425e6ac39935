#include "backend/answer/new_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pcai::backend::answer {

void NewCalls::add(ToolCallDelta piece, std::vector<GenerateEvent>& out) {
  call_ += piece.name + piece.arguments;
  held_.push_back(std::move(piece));
  const bool known = std::any_of(made_.begin(), made_.end(), [this](const std::string& made) {
    return made.compare(0, call_.size(), call_) == 0;
  });
  if (!known) finish(out);
}

bool NewCalls::end() {
  const bool repeats = !held_.empty();
  held_.clear();
  if (!repeats) made_.push_back(std::exchange(call_, {}));
  return !repeats;
}

void NewCalls::finish(std::vector<GenerateEvent>& out) {
  std::move(held_.begin(), held_.end(), std::back_inserter(out));
  held_.clear();
}

}  // namespace pcai::backend::answer

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pcai::backend {

/// Lets text through except stop sequences, which may come in pieces: what could be the beginning
/// of one is held back until it is clear. Not thread-safe.
class StopFilter {
 public:
  explicit StopFilter(std::vector<std::string> sequences) : sequences_(std::move(sequences)) {}

  /// Adds text and returns what may be shown now. Adds nothing once stopped().
  std::string add(std::string_view text);

  /// True once a stop sequence was complete; what came before it has been returned.
  bool stopped() const noexcept { return !matched_.empty(); }

  /// The sequence that was complete; "" before.
  const std::string& matched() const noexcept { return matched_; }

  /// What is still held back, when the text ends without a stop sequence.
  std::string take_held();

 private:
  std::vector<std::string> sequences_;
  std::string held_;
  std::string matched_;
};

}  // namespace pcai::backend

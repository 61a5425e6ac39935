#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pcai::backend {

/// Cuts text before the first stop sequence. The text comes in pieces, so it holds back what may be
/// the beginning of a sequence until that is decided. Not thread-safe.
class StopFilter {
 public:
  explicit StopFilter(std::vector<std::string> sequences) : sequences_(std::move(sequences)) {}

  /// Adds text and returns what may be shown now. Once stopped() it ignores further text.
  std::string add(std::string_view text);

  /// True once a stop sequence was complete. The text before it has been returned.
  bool stopped() const noexcept { return !matched_.empty(); }

  /// The sequence that was found; "" if none was.
  const std::string& matched() const noexcept { return matched_; }

  /// Returns what is still held back. Call it when the text has ended without a stop sequence.
  std::string take_held();

 private:
  std::vector<std::string> sequences_;
  std::string held_;
  std::string matched_;
};

}  // namespace pcai::backend

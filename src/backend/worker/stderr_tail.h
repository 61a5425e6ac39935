#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace pcai::backend::worker {

/// `text` fit for a log line or an error message: UTF-8 without control characters, whatever else
/// was there as '?'; of a text over `max_bytes` the end, after "...".
std::string printable_end(std::string_view text, std::size_t max_bytes);

/// The end of what a worker wrote to stderr, in bounded memory. Not thread-safe.
class StderrTail {
 public:
  /// `on_line` gets each line, printable.
  explicit StderrTail(std::function<void(const std::string& line)> on_line);

  void add(std::string_view bytes);

  /// The last lines that are not blank, as one printable line; "" when there are none.
  std::string last_lines() const;

 private:
  std::function<void(const std::string&)> on_line_;
  std::string line_;  // not finished yet
  std::string tail_;
};

}  // namespace pcai::backend::worker

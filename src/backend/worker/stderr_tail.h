#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace pcai::backend::worker {

/// Makes `text` fit for a log line or an error message: UTF-8 without control characters. Each byte
/// that does not fit becomes '?'. If `text` has more than `max_bytes` bytes, the result is "..."
/// and about as many bytes of its end.
std::string printable_end(std::string_view text, std::size_t max_bytes);

/// Keeps the end of what a worker wrote to stdout and stderr, in bounded memory (some KiB), to tell
/// why it died. Not thread-safe: only the thread that reads the worker's output uses it.
class StderrTail {
 public:
  /// `on_line` is called by add() with each line that is not empty, printable. A line of more than
  /// 4 KiB comes in pieces.
  explicit StderrTail(std::function<void(const std::string& line)> on_line);

  /// Takes the next bytes, which may end anywhere in a line.
  void add(std::string_view bytes);

  /// The last three lines that are not blank, joined by " | ", printable and of at most some 600
  /// bytes; "" if there are none.
  std::string last_lines() const;

 private:
  std::function<void(const std::string&)> on_line_;
  std::string line_;  // not finished yet
  std::string tail_;  // the last 4 KiB
};

}  // namespace pcai::backend::worker

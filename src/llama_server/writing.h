#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "llama_server/completion_request.h"

namespace pcai::llama_server {

/// Watches the text of one answer and finds where it is to end. Not thread-safe.
class Writing {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Writing(Cuts cuts) : cuts_(cuts) {}

  /// Takes the next text and returns how much of it belongs to the answer.
  std::string_view take(std::string_view text, Clock::time_point now = Clock::now());

  /// True if the answer was ended, so that nothing of what comes belongs to it.
  bool cut() const noexcept { return cut_; }

  bool has_new_line() const noexcept { return has_new_line_; }

 private:
  std::size_t watched(std::string_view text);

  Cuts cuts_;
  Clock::time_point first_ = {};
  bool begun_ = false;
  bool has_new_line_ = false;
  bool indenting_ = false;    // nothing but white space since the last line end
  std::uint32_t indent_ = 0;  // of the present line
  bool cut_ = false;
};

}  // namespace pcai::llama_server

#pragma once

#include <string>

namespace pcai::app {

// The one line at the bottom of a terminal on stderr that is drawn over again, such as a bar. All
// other lines that this process writes to stderr go above it. Any thread may call these.

/// Shows it instead of the one before. It must fit the terminal's width.
void set_status(std::string line);

/// Wipes it.
void clear_status();

/// While it lives, the status line is not there and nobody else writes a line: write whole lines to
/// stderr.
class AboveStatus {
 public:
  AboveStatus();
  ~AboveStatus();

  AboveStatus(const AboveStatus&) = delete;
  AboveStatus& operator=(const AboveStatus&) = delete;
};

}  // namespace pcai::app

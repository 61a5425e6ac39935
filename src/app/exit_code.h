#pragma once

#include "core/error.h"

namespace pcai::app {

/// The exit codes that docs/cli.md promises. A second signal ends the program with 128 + its
/// number.
constexpr int kSuccess = 0;
constexpr int kFailure = 1;        // something failed while running
constexpr int kUsage = 2;          // wrong flags or settings, a missing or damaged model
constexpr int kInterrupted = 130;  // Ctrl+C

/// kUsage where the caller can mend it, kFailure elsewhere.
int exit_code(ErrorCode code) noexcept;

}  // namespace pcai::app

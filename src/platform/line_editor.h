#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "platform/signals.h"

namespace pcai::platform {

/// Reads lines from a person at the terminal. With libedit: editing keys, history, and a paste of
/// several lines as one; without: the terminal's own line mode. For one thread.
class LineEditor {
 public:
  enum class Outcome : std::uint8_t { Line, End, Interrupted };

  /// `signals` must outlive it. What is entered is kept in the file `history`, for the next one
  /// that has it; empty = in none. Only its owner may read it. Without libedit there is none.
  explicit LineEditor(const Signals& signals, const std::filesystem::path& history = {});
  ~LineEditor();

  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Line: `line` has what was entered, without its last newline. End: Ctrl+D. Interrupted: a
  /// signal waits to be taken, and what had been typed is gone.
  Outcome read(const std::string& prompt, std::string& line);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pcai::platform

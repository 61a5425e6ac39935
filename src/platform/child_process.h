#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "platform/stream.h"
#include "platform/system_result.h"

namespace pcai::platform {

/// A child process, ended and reaped at the latest with this object. One thread uses it, the one
/// that spawned it: the child does not outlive that thread.
class ChildProcess {
 public:
  /// Starts a program: command.front() and its arguments, and behind them one more, the number that
  /// become_child() takes. It inherits `connection` and nothing else; its stdout and stderr can be
  /// read here; of the environment's variables it has those that `is_withheld` says no to.
  static SystemResult<ChildProcess> spawn(std::vector<std::string> command, Stream connection,
                                          bool (*is_withheld)(std::string_view variable));

  ~ChildProcess();
  ChildProcess(ChildProcess&&) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  int id() const noexcept;

  /// What it writes to stdout and stderr.
  Stream& diagnostics() noexcept;

  void kill() noexcept;

  /// Waits for the end. False on time-out.
  bool wait(std::chrono::milliseconds timeout) noexcept;

  /// "was ended by SIGABRT", "ended with exit code 3". Only after wait().
  std::string how_it_ended() const;

 private:
  struct Process;  // the system's part

  explicit ChildProcess(std::unique_ptr<Process> process) noexcept;

  std::unique_ptr<Process> process_;  // null only in what was moved from
};

/// Called once in such a process, before it starts threads: takes over the connection of that
/// number, ignores the terminal's and the service manager's signals (the parent ends it), dies with
/// the parent.
Stream become_child(int number);

}  // namespace pcai::platform

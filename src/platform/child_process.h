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
  /// Starts the program command.front(). Its arguments are the rest of `command` and the number for
  /// become_child(). It inherits `connection` and nothing else, and all environment variables
  /// except those for which `is_withheld` is true. Its stdout and stderr are diagnostics().
  static SystemResult<ChildProcess> spawn(std::vector<std::string> command, Stream connection,
                                          bool (*is_withheld)(std::string_view variable));

  /// Starts a program that knows nothing of us: command.front() is looked for on the PATH if it has
  /// no slash, and has no connection. Otherwise as spawn(), but it outlives this process if that is
  /// killed.
  static SystemResult<ChildProcess> start(std::vector<std::string> command,
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

  static SystemResult<ChildProcess> launch(std::vector<std::string> command,
                                           const Stream* connection,
                                           bool (*is_withheld)(std::string_view variable));

  std::unique_ptr<Process> process_;  // null only in what was moved from
};

/// For the child: takes over the connection with that number, ignores the signals of the terminal
/// and the service manager (the parent ends the process), and makes the process die with its
/// parent. Call it once, before threads are started.
Stream become_child(int number);

}  // namespace pcai::platform

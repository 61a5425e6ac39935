#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.h"

// The operating system's part of this room: process_posix.cpp. Another system is one more such file
// (Windows: a named pipe, CreateProcess with an explicit handle list, a job object, an event).

namespace pcai::backend::worker {

/// Owns a descriptor. It is never inherited by a child process.
class Handle {
 public:
  Handle() = default;
  explicit Handle(int fd) : fd_(fd) {}
  ~Handle();

  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept;

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// What a read or write did: so many bytes, or nothing could be moved now, or the other end is
/// gone.
struct Moved {
  std::size_t bytes = 0;
  bool closed = false;
};

/// One end of a connection or pipe. Nothing here blocks. One thread may read while another writes.
class Stream {
 public:
  explicit Stream(Handle handle);

  Moved read(char* data, std::size_t size) noexcept;
  Moved write(const char* data, std::size_t size) noexcept;

  int handle() const noexcept { return handle_.get(); }

 private:
  Handle handle_;
};

/// Two connected ends.
Result<std::pair<Stream, Stream>> connect_pair();

/// Ends another thread's wait, now or the next one.
class Wake {
 public:
  Wake();
  void set() noexcept;
  void reset() noexcept;
  int handle() const noexcept { return handle_.get(); }

 private:
  Handle handle_;
};

struct Ready {
  bool connection = false;  // readable, or closed
  bool diagnostics = false;
};

/// Waits until something can be read, `wake` is set (which resets it), `connection` can be written
/// (when `to_write`), or the time is up. `diagnostics` may be null.
Ready wait_for(const Stream& connection, bool to_write, const Stream* diagnostics, Wake& wake,
               std::chrono::milliseconds timeout) noexcept;

/// A child process, ended and reaped at the latest with this object. One thread uses it, the one
/// that spawned it: the child does not outlive that thread.
class ChildProcess {
 public:
  /// Starts a program. It inherits `connection` as its descriptor kWorkerFd and nothing else; its
  /// stdout and stderr can be read here; its environment lacks what looks like a secret.
  static Result<ChildProcess> spawn(const std::vector<std::string>& command, Stream connection);
  static constexpr int kWorkerFd = 3;

  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  int id() const noexcept { return id_; }
  Stream& diagnostics() noexcept { return diagnostics_; }

  void kill() noexcept;

  /// Waits for the end. False on time-out.
  bool wait(std::chrono::milliseconds timeout) noexcept;

  /// "was ended by SIGABRT", "ended with exit code 3". Only after wait().
  std::string how_it_ended() const;

 private:
  ChildProcess(int id, Stream diagnostics);

  int id_;
  Stream diagnostics_;
  Handle watch_;  // readable at the process's end; absent where the system has no such thing
  bool ended_ = false;
  int exit_code_ = -1;
  int exit_signal_ = 0;
};

/// True for the names of variables that a worker has no business with: PCAI_API_KEY, HF_TOKEN.
bool names_a_secret(std::string_view variable);

/// Called once in a worker: takes over `fd`, ignores the terminal's and the service manager's
/// signals (the parent ends it), dies with the parent.
Stream become_worker(int fd);

}  // namespace pcai::backend::worker

#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "app/bench/timed_answer.h"
#include "core/mutex.h"
#include "core/result.h"
#include "platform/child_process.h"

namespace pcai::app {

/// A server that runs as a child while this object lives. The thread that started it ends it.
class ServedProgram {
 public:
  /// Starts `command`, in which "{port}" stands for a free port, and waits until GET `ready_path`
  /// is answered with 200. `server` says how it is called and asked; its url is filled in. Fails
  /// with Internal and what the program said last, and with Cancelled after a signal.
  static Result<std::unique_ptr<ServedProgram>> start(std::vector<std::string> command,
                                                      const std::string& ready_path,
                                                      MeasuredServer server,
                                                      platform::Signals& signals);

  ~ServedProgram();
  ServedProgram(const ServedProgram&) = delete;
  ServedProgram& operator=(const ServedProgram&) = delete;

  const MeasuredServer& server() const noexcept { return server_; }

 private:
  ServedProgram(platform::ChildProcess child, MeasuredServer server);

  void read_diagnostics();
  std::string last_words();

  platform::ChildProcess child_;
  MeasuredServer server_;
  std::atomic<bool> is_over_{false};
  Mutex mutex_;
  std::string said_ GUARDED_BY(mutex_);  // the end of what it wrote
  std::thread reader_;
};

}  // namespace pcai::app

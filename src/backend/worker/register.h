#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backend/registry.h"
#include "platform/system.h"

namespace pcai::backend::worker {

/// How models run in processes of their own. Copied by whoever takes it.
struct WorkerOptions {
  /// The program and its first arguments; "--backend NAME --fd N" follow. It must call run_worker.
  std::vector<std::string> command = {platform::own_program(), "worker"};
  std::chrono::milliseconds heartbeat{250};  // how often a worker says that it lives
  // A worker is ended if it says nothing for so long; 0 = never.
  std::chrono::milliseconds silence_timeout{10'000};
  // A worker is ended if it has requests and none made a step for so long; 0 = never.
  std::chrono::milliseconds stall_timeout{180'000};
  // What an unloaded worker has to end its requests and itself; then it is killed.
  std::chrono::milliseconds shutdown_timeout{5'000};
  std::uint64_t memory_limit = 0;  // bytes of address space; 0 = no limit
  // Take network, new privileges and access to its memory from the worker, as far as the system
  // allows. What it does not allow is logged, and the model is loaded all the same.
  bool harden = true;
};

/// Returns the same backends, but each of their models lives in a process of its own. A crash or a
/// hang there fails that model's requests with WorkerDied, and nothing else. Creating such a
/// backend starts nothing and succeeds; if the real backend cannot be created, each load fails with
/// the reason. The result needs neither argument later.
BackendRegistry isolate(const BackendRegistry& registry, const WorkerOptions& options);

/// The main loop of a worker process. It serves one model of the backend named `backend` over the
/// inherited connection `fd`, which it takes over, until the parent tells it to end. Returns the
/// process's exit code. If the parent is gone or speaks another version it ends the process at
/// once, without cleaning up. Call it before other threads are started.
int run_worker(int fd, const BackendRegistry& registry, std::string_view backend);

}  // namespace pcai::backend::worker

#pragma once

#include <cstdlib>
#include <string_view>

#include "backend/worker/register.h"

namespace pcai::backend::worker {

/// A test program is its own worker: its main() calls this first and returns `*exit_code` when it
/// says true. WorkerOptions::command must stay the default.
inline bool run_as_worker(int argc, char** argv, const BackendRegistry& registry, int* exit_code) {
  using namespace std::string_view_literals;
  if (argc != 6 || argv[1] != "worker"sv) return false;
  *exit_code = run_worker(std::atoi(argv[5]), registry, argv[3]);
  return true;
}

}  // namespace pcai::backend::worker

#include <cstdio>
#include <utility>

#include "backend/worker/register.h"

namespace pcai::backend::worker {

BackendRegistry isolate(const BackendRegistry& registry, const WorkerOptions&) {
  BackendRegistry isolated;
  for (BackendEntry entry : registry.entries()) {
    if (std::exchange(entry.create, nullptr)) {
      entry.why_not =
          "process isolation is not available on this system; run with --isolation none";
    }
    isolated.add(std::move(entry));
  }
  return isolated;
}

int run_worker(int, const BackendRegistry&, std::string_view) {
  std::fputs("process isolation is not available on this system\n", stderr);
  return 1;
}

}  // namespace pcai::backend::worker

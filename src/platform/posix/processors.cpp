#include "platform/processors.h"

#include <sched.h>

#include <fstream>
#include <thread>

#include "platform/posix/machine_share.h"

namespace pcai::platform {
namespace {

/// Those on which this process may run.
unsigned allowed_processors() {
#if defined(__linux__)
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
#endif
  return std::thread::hardware_concurrency();
}

}  // namespace

unsigned usable_processors() {
  return MachineShare().processors(allowed_processors());
}

std::string processor_name() {
  constexpr std::string_view kKey = "model name";
  std::ifstream lines("/proc/cpuinfo");
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(kKey)) continue;
    const std::size_t begin = line.find_first_not_of(" \t:", kKey.size());
    if (begin != std::string::npos) return line.substr(begin);
    break;
  }
  return "CPU";
}

}  // namespace pcai::platform

#include "backend/llamacpp/load/free_memory.h"

#include <fstream>
#include <limits>
#include <string>

namespace pcai::backend::llamacpp {

std::uint64_t free_memory() {
  std::ifstream meminfo("/proc/meminfo");
  std::string name;
  std::string unit;
  for (std::uint64_t kilobytes = 0; meminfo >> name >> kilobytes; std::getline(meminfo, unit)) {
    if (name == "MemAvailable:") return kilobytes * 1024;
  }
  return std::numeric_limits<std::uint64_t>::max();
}

}  // namespace pcai::backend::llamacpp

#include "fit/device.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#endif

namespace pcai::fit {
namespace {

#ifdef _WIN32

std::string cpu_name() {
  const char* name = std::getenv("PROCESSOR_IDENTIFIER");
  return name == nullptr ? "CPU" : name;
}

void read_memory(Device& cpu) {
  MEMORYSTATUSEX memory{};
  memory.dwLength = sizeof memory;
  if (!GlobalMemoryStatusEx(&memory)) return;
  cpu.memory_total = memory.ullTotalPhys;
  cpu.memory_free = memory.ullAvailPhys;
}

#else

/// What follows "key" in a file of lines as those in /proc are; "" when it is not there.
std::string value_in(const char* file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t begin = line.find_first_not_of(" \t:", key.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

std::uint64_t kilobytes_in(const char* file, std::string_view key) {
  return std::strtoull(value_in(file, key).c_str(), nullptr, 10) * 1024;
}

std::string cpu_name() {
  std::string name = value_in("/proc/cpuinfo", "model name");
  return name.empty() ? "CPU" : name;
}

/// A number that fills a file; nothing for "max" or where there is none.
std::uint64_t number_file(const char* path, std::uint64_t otherwise) {
  std::uint64_t number = 0;
  return std::ifstream(path) >> number ? number : otherwise;
}

void read_memory(Device& cpu) {
  cpu.memory_total = kilobytes_in("/proc/meminfo", "MemTotal");
  cpu.memory_free = kilobytes_in("/proc/meminfo", "MemAvailable");
  // In a container the control group's root is its own; cached files can be dropped.
  const std::uint64_t limit = number_file("/sys/fs/cgroup/memory.max", cpu.memory_total);
  if (limit >= cpu.memory_total) return;
  const std::uint64_t used = number_file("/sys/fs/cgroup/memory.current", 0);
  const std::uint64_t cached =
      std::strtoull(value_in("/sys/fs/cgroup/memory.stat", "inactive_file").c_str(), nullptr, 10);
  const std::uint64_t held = used > cached ? used - cached : 0;
  cpu.memory_total = limit;
  cpu.memory_free = std::min(cpu.memory_free, limit > held ? limit - held : 0);
}

#endif

}  // namespace

std::string_view to_string(DeviceKind kind) noexcept {
  return kind == DeviceKind::Gpu ? "gpu" : "cpu";
}

Device cpu_device() {
  Device cpu;
  cpu.name = cpu_name();
  read_memory(cpu);
  return cpu;
}

}  // namespace pcai::fit

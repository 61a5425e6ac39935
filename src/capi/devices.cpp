#include <fstream>
#include <string_view>
#include <thread>
#include <utility>

#include "capi/handles.h"
#include "capi/struct_size.h"

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>

#include <cstdlib>
#else
#include <unistd.h>
#endif

namespace pcai {
namespace {

#ifdef _WIN32

std::string cpu_name() {
  const char* name = std::getenv("PROCESSOR_IDENTIFIER");
  return name == nullptr ? "CPU" : name;
}

void read_memory(pcai_device_info& info) {
  MEMORYSTATUSEX memory{};
  memory.dwLength = sizeof memory;
  if (!GlobalMemoryStatusEx(&memory)) return;
  info.memory_total_bytes = memory.ullTotalPhys;
  info.memory_free_bytes = memory.ullAvailPhys;
}

#else

/// What follows "key :" in a file of such lines, as those in /proc are; "" when it is not there.
std::string proc_value(const char* file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (line.compare(0, key.size(), key) != 0) continue;
    const std::size_t begin = line.find_first_not_of(" \t:", key.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

std::string cpu_name() {
  std::string name = proc_value("/proc/cpuinfo", "model name");
  return name.empty() ? "CPU" : name;
}

void read_memory(pcai_device_info& info) {
  const long page = sysconf(_SC_PAGESIZE);
  const long pages = sysconf(_SC_PHYS_PAGES);
  if (page > 0 && pages > 0) {
    info.memory_total_bytes = static_cast<std::uint64_t>(page) * static_cast<std::uint64_t>(pages);
  }
  const std::string free = proc_value("/proc/meminfo", "MemAvailable");  // "123456 kB"
  info.memory_free_bytes = std::strtoull(free.c_str(), nullptr, 10) * 1024;
}

#endif

}  // namespace
}  // namespace pcai

using namespace pcai;

extern "C" {

pcai_status pcai_devices_list(pcai_devices** devices, pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (devices == nullptr) return refuse_null("devices");
    *devices = nullptr;
    auto list = std::make_unique<pcai_devices>();
    pcai_device_info cpu{};
    cpu.kind = PCAI_DEVICE_CPU;
    cpu.cores = std::thread::hardware_concurrency();
    cpu.name = list->texts.keep(cpu_name());
    read_memory(cpu);
    list->infos.push_back(cpu);
    *devices = list.release();
    return {};
  });
}

uint64_t pcai_devices_count(const pcai_devices* devices) {
  return devices == nullptr ? 0 : devices->infos.size();
}

pcai_status pcai_devices_get(const pcai_devices* devices, uint64_t index, pcai_device_info* info,
                             pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (devices == nullptr) return refuse_null("devices");
    return write_item(devices->infos, index, info);
  });
}

void pcai_devices_free(pcai_devices** devices) {
  if (devices != nullptr) delete std::exchange(*devices, nullptr);
}

}  // extern "C"

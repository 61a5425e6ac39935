#include "backend/worker/worker_line.h"

#include <spdlog/spdlog.h>

#include <string>

namespace pcai::backend::worker {

void mark_log_lines() {
  spdlog::set_pattern("[%l] %v");
}

WorkerLine read_worker_line(std::string_view line) {
  for (const auto level : {spdlog::level::info, spdlog::level::warn, spdlog::level::err}) {
    const auto name = spdlog::level::to_string_view(level);
    const std::string mark = "[" + std::string(name.data(), name.size()) + "] ";
    if (line.starts_with(mark)) return {level, line.substr(mark.size())};
  }
  return {.text = line};
}

}  // namespace pcai::backend::worker

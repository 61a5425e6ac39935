#pragma once

#include <spdlog/common.h>

#include <string_view>

namespace pcai::backend::worker {

/// A line of a worker's output. It borrows the text.
struct WorkerLine {
  spdlog::level::level_enum level = spdlog::level::debug;
  std::string_view text;
};

/// Makes each log line of this process begin with its level, so that read_worker_line finds it.
void mark_log_lines();

/// A log line keeps its level. What else a worker writes, its libraries do; that is for debugging.
WorkerLine read_worker_line(std::string_view line);

}  // namespace pcai::backend::worker

#include "backend/llamacpp/load/thread_count.h"

#include <common.h>

#include <algorithm>

#include "platform/processors.h"

namespace pcai::backend::llamacpp {

std::int32_t thread_count(const ModelConfig& config) {
  if (config.threads > 0) return static_cast<std::int32_t>(config.threads);
  // llama.cpp knows cores that share an arithmetic unit or save energy, but no limits.
  return std::min(common_cpu_get_num_math(),
                  static_cast<std::int32_t>(platform::usable_processors()));
}

}  // namespace pcai::backend::llamacpp

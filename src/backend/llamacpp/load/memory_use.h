#pragma once

#include <llama.h>

#include <cstdint>

namespace pcai::backend::llamacpp {

/// Bytes that llama.cpp has allocated for a model and one context, over all devices.
struct MemoryUse {
  std::uint64_t weights = 0;  // including mapped files
  std::uint64_t context = 0;  // KV cache and recurrent states
  std::uint64_t compute = 0;  // a step's buffers

  std::uint64_t bytes() const noexcept { return weights + context + compute; }
};
MemoryUse memory_use(const llama_context& context);

}  // namespace pcai::backend::llamacpp

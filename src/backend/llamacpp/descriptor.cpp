#include "backend/llamacpp/register.h"

namespace pcai::backend::llamacpp {

BackendDescriptor describe_llamacpp() {
  using enum LoadOption;
  return {.name = "llamacpp",
          .formats = {"gguf"},
          .options = {ContextLength, GpuLayers, GpuDevices, ChatTemplate, BatchSize, Threads,
                      MaxSequences, Kernels, Reproducible, Projector, Adapters, OpenObjects},
          .capabilities = {.supports_streaming = true,
                           .supports_tool_calls = true,
                           .supports_vision = true,
                           .supports_audio = true,
                           .supports_seed = true,
                           .supports_logprobs = true,
                           .supports_prompt_logprobs = true,
                           .supports_grammars = true,
                           .supports_reasoning_budget = true,
                           .supports_infill = true,
                           .supports_adapters = true}};
}

}  // namespace pcai::backend::llamacpp

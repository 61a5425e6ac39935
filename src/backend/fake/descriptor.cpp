#include "backend/fake/register.h"

namespace pcai::backend::fake {

BackendDescriptor describe_fake() {
  return {.name = "fake",
          .formats = {"fake"},
          .options = LoadOptions::all(),  // it stands in for any backend, with its settings
          .needs_file = false,
          .capabilities = {.supports_streaming = true,
                           .supports_tool_calls = true,
                           .supports_vision = true,
                           .supports_audio = true,
                           .supports_seed = true,
                           .reproducible = true,
                           .supports_logprobs = true,
                           .supports_prompt_logprobs = true,
                           .supports_grammars = true,
                           .supports_reasoning_budget = true,
                           .supports_infill = true}};
}

}  // namespace pcai::backend::fake

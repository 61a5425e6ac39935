#include "backend/mistralrs/register.h"

namespace pcai::backend::mistralrs {

BackendDescriptor describe_mistralrs() {
  using enum LoadOption;
  return {
      .name = "mistralrs",
      .formats = {"gguf", "safetensors", "uqff"},
      .options = {ContextLength, GpuLayers, ChatTemplate, Threads, MaxSequences, Isq},
      .capabilities = {.supports_streaming = true,
                       .supports_tool_calls = true,
                       .supports_vision = true,
                       .supports_seed = true,
                       .supports_logprobs = true,
                       .supports_grammars = true,
                       .supports_reasoning_budget = true,
                       .missing_parameters = {"dry_multiplier", "dry_base", "dry_allowed_length",
                                              "dry_penalty_last_n", "dry_sequence_breakers",
                                              "mirostat", "mirostat_tau", "mirostat_eta"}}};
}

}  // namespace pcai::backend::mistralrs

#include "backend/mistralrs/register.h"
#include "core/parameters/parameters.h"

namespace pcai::backend::mistralrs {
namespace {

/// The parameters that the bridge's sampler does not know. Stop texts are searched on our side.
std::vector<std::string> missing_parameters() {
  std::vector<std::string> missing;
  for (const Parameter& parameter : kParameters) {
    const bool ours = &parameter == &parameter_of<&GenerateParams::stop_sequences>();
    if (!ours && parameter.faces.has(Face::Field) && !parameter.faces.has(Face::Bridge)) {
      missing.emplace_back(parameter.name);
    }
  }
  return missing;
}

}  // namespace

BackendDescriptor describe_mistralrs() {
  using enum LoadOption;
  return {
      .name = "mistralrs",
      .formats = {"gguf", "safetensors", "uqff"},
      .options = {ContextLength, GpuLayers, ChatTemplate, Threads, MaxSequences, Isq, OpenObjects},
      .capabilities = {.supports_streaming = true,
                       .supports_tool_calls = true,
                       .supports_vision = true,
                       .supports_seed = true,
                       .supports_logprobs = true,
                       .supports_grammars = true,
                       .supports_reasoning_budget = true,
                       .missing_parameters = missing_parameters()}};
}

}  // namespace pcai::backend::mistralrs

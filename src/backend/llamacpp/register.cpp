#include "backend/llamacpp/register.h"

#include <llama.h>

#include "backend/llamacpp/kernels/load_kernels.h"
#include "backend/llamacpp/llamacpp_model.h"
#include "backend/llamacpp/load/llama_log.h"

namespace pcai::backend::llamacpp {
namespace {

BackendDescriptor describe() {
  capture_llama_log();  // asking for GPUs makes ggml look for their drivers, and speak
  return {.name = "llamacpp",
          .version = llama_version(),
          .formats = {"gguf"},
          .capabilities = {.supports_gpu = llama_supports_gpu_offload(),
                           .supports_streaming = true,
                           .supports_tool_calls = true,
                           .supports_vision = true,
                           .supports_audio = true,
                           .supports_seed = true,
                           .supports_logprobs = true,
                           .supports_grammars = true,
                           .supports_reasoning_budget = true,
                           .supports_infill = true,
                           .supports_adapters = true}};
}

/// llama.cpp behind the seam. Any thread may call any method.
class LlamaCppBackend final : public InferenceBackend {
 public:
  LlamaCppBackend() : descriptor_(describe()) { llama_backend_init(); }

  const BackendDescriptor& descriptor() const noexcept override { return descriptor_; }

  Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec,
                                            LoadProgress& progress) override {
    return LlamaCppModel::load(spec, progress);
  }

 private:
  BackendDescriptor descriptor_;
};

}  // namespace

void register_llamacpp(BackendRegistry& registry) {
  registry.add({.name = "llamacpp",
                .built = true,
                .descriptor = describe(),
                .create = []() -> Result<std::unique_ptr<InferenceBackend>> {
                  return std::make_unique<LlamaCppBackend>();
                },
                .kernels = [] { return describe_kernels(); }});
}

}  // namespace pcai::backend::llamacpp

#include "backend/llamacpp/register.h"

#include <llama.h>

#include "backend/llamacpp/kernels/hook.h"
#include "backend/llamacpp/kernels/load_kernels.h"
#include "backend/llamacpp/llamacpp_model.h"
#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"

namespace pcai::backend::llamacpp {
namespace {

/// With what llama.cpp says of itself.
BackendDescriptor describe() {
  take_over_ggml_assertions();
  capture_llama_log();  // asking for GPUs makes ggml look for their drivers, and speak
  BackendDescriptor descriptor = describe_llamacpp();
  descriptor.version = llama_version();
  descriptor.capabilities.supports_gpu = llama_supports_gpu_offload();
  return descriptor;
}

/// llama.cpp behind the seam. Any thread may call any method.
class LlamaCppBackend final : public InferenceBackend {
 public:
  LlamaCppBackend() : descriptor_(describe()) {
    llama_backend_init();
    install_hook();  // its checks are for models without our kernels, too
  }

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
  const BackendDescriptor descriptor = describe();
  registry.add({.name = descriptor.name,
                .built = true,
                .descriptor = descriptor,
                .create = []() -> Result<std::unique_ptr<InferenceBackend>> {
                  return std::make_unique<LlamaCppBackend>();
                },
                .kernels = [] { return describe_kernels(); }});
}

}  // namespace pcai::backend::llamacpp

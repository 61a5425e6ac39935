#include "backend/llamacpp/kernels/load_kernels.h"

#include <spdlog/spdlog.h>

#include <limits>

#include "backend/llamacpp/kernels/hook.h"
#include "backend/llamacpp/kernels/self_test.h"
#include "fit/memory_plan.h"
#include "platform/processors.h"

namespace pcai::backend::llamacpp {
namespace {

tl::unexpected<Error> kernels_missing(const std::string& why) {
  return fail(ErrorCode::Unsupported,
              "kernels are 'on' but cannot be used: " + why + "; choose 'auto' or 'off'",
              "kernels");
}

tl::unexpected<Error> not_reproducible(const std::string& why) {
  return fail(ErrorCode::Unsupported, "answers cannot be reproducible: " + why, "reproducible");
}

/// Bytes; the largest number if the system does not say.
std::uint64_t free_memory() {
  const fit::Device cpu = fit::cpu_device();
  return cpu.memory_total == 0 ? std::numeric_limits<std::uint64_t>::max() : cpu.memory_free;
}

}  // namespace

Result<bool> wants_kernels(const ModelConfig& config) {
  if (config.kernels == KernelUse::Off) {
    if (config.reproducible) return not_reproducible("kernels are 'off'");
    return false;
  }
  const KernelChoice& choice = kernel_choice();
  if (choice.variant != nullptr) return true;
  if (config.kernels == KernelUse::On) return kernels_missing(choice.why_not);
  if (config.reproducible) return not_reproducible("there are no kernels: " + choice.why_not);
  return false;
}

Result<std::unique_ptr<ModelKernels>> load_kernels(const llama_model& model,
                                                   const ModelConfig& config,
                                                   LoadProgress& progress) {
  const ModelKernels::Options options = {
      .threads = config.threads > 0 ? config.threads : platform::usable_processors(),
      .most_memory = fit::most_panels(free_memory())};
  auto loaded =
      ModelKernels::create(tensors_of(model), *kernel_choice().variant, options, progress);
  if (!loaded) return loaded;
  const std::string& why_not = (*loaded)->why_not();
  if (config.reproducible && !why_not.empty()) return not_reproducible(why_not);
  if (config.reproducible && !(*loaded)->left().empty()) return not_reproducible((*loaded)->left());
  if (why_not.empty()) {
    spdlog::info("kernels: {}", (*loaded)->summary());
  } else if (config.kernels == KernelUse::On) {
    return kernels_missing(why_not);
  } else {
    spdlog::info("kernels: using llama.cpp's own for the weights, because {}", why_not);
  }
  return loaded;
}

std::string describe_kernels() {
  const KernelChoice& choice = kernel_choice();
  if (choice.variant == nullptr) return "none: " + choice.why_not;
  std::string text(choice.variant->name);
  if (!choice.why_not.empty()) text += " (" + choice.why_not + ")";
  return text;
}

}  // namespace pcai::backend::llamacpp

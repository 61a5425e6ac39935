#include "backend/llamacpp/load/lora_adapters.h"

#include <exception>
#include <filesystem>
#include <string>

#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"
#include "models/model_part.h"
#include "platform/path_text.h"

namespace pcai::backend::llamacpp {

Result<LoraAdapters> LoraAdapters::load(const ModelConfig& config, llama_model& weights) {
  LoraAdapters loaded;
  for (const AdapterConfig& adapter : config.adapters) {
    const std::filesystem::path& path = adapter.path;
    const auto cannot_load = [&path](const std::string& reason) {
      return models::cannot_load_part(models::GgufKind::Adapter, path, reason);
    };
    const auto bytes = models::check_part(adapter);
    if (!bytes) return fail(bytes.error());
    take_llama_errors();
    try {
      const AssertionsThrow while_it_loads;
      llama_adapter_lora* const read =
          llama_adapter_lora_init(&weights, platform::path_text(path).c_str());
      if (read == nullptr) return cannot_load(take_llama_errors());
      if (llama_adapter_get_alora_n_invocation_tokens(read) > 0) {
        return cannot_load("it is switched on by tokens of the prompt");
      }
      loaded.adapters_.push_back(read);
    } catch (const std::exception& exception) {
      return cannot_load(exception.what());
    }
    loaded.scales_.push_back(adapter.scale);
    loaded.bytes_ += *bytes;
  }
  return loaded;
}

Result<AdapterScales> LoraAdapters::scales(
    const std::optional<std::vector<AdapterScale>>& wanted) const {
  if (!wanted) return scales_;
  AdapterScales scales(adapters_.size(), 0);
  for (const AdapterScale& adapter : *wanted) {
    if (adapter.index < scales.size()) {
      scales[adapter.index] = adapter.scale;
      continue;
    }
    const std::string there = scales.empty() ? "the model was loaded without adapters"
                                             : "the model's adapters have the ids 0 to " +
                                                   std::to_string(scales.size() - 1);
    return fail(ErrorCode::InvalidRequest,
                "adapters: there is no adapter " + std::to_string(adapter.index) + "; " + there,
                "adapters");
  }
  return scales;
}

Status LoraAdapters::apply(llama_context& context, const AdapterScales& scales) const {
  if (adapters_.empty()) return {};
  // llama.cpp only reads them.
  auto* const adapters = const_cast<llama_adapter_lora**>(adapters_.data());
  auto* const factors = const_cast<float*>(scales.data());
  if (llama_set_adapters_lora(&context, adapters, adapters_.size(), factors) != 0) {
    return fail(ErrorCode::Internal, "llama.cpp refused the adapters: " + take_llama_errors());
  }
  return {};
}

}  // namespace pcai::backend::llamacpp

#include "backend/llamacpp/lora_adapters.h"

#include <cmath>
#include <exception>
#include <filesystem>
#include <string>
#include <system_error>

#include "backend/llamacpp/llama_log.h"
#include "models/gguf_summary.h"

namespace pcai {
namespace {

tl::unexpected<Error> cannot_load(const std::filesystem::path& path, const std::string& reason) {
  return fail(ErrorCode::InvalidModel,
              "the adapter " + path.string() + " cannot be loaded: " + reason, "adapters");
}

}  // namespace

Result<LoraAdapters> LoraAdapters::load(const ModelConfig& config, llama_model& weights) {
  LoraAdapters loaded;
  for (const AdapterConfig& adapter : config.adapters) {
    const std::filesystem::path& path = adapter.path;
    std::error_code error;
    if (!std::isfinite(adapter.scale)) return cannot_load(path, "its scale is not finite");
    if (!std::filesystem::is_regular_file(path, error)) return cannot_load(path, "no such file");
    const auto summary = describe_gguf(path);  // checks the whole header, too
    if (!summary) return cannot_load(path, summary.error().message);
    if (summary->kind != GgufKind::Adapter) {
      return cannot_load(path, "it is no adapter, but a " + std::string(to_string(summary->kind)));
    }
    take_llama_errors();
    try {
      llama_adapter_lora* const read = llama_adapter_lora_init(&weights, path.string().c_str());
      if (read == nullptr) return cannot_load(path, take_llama_errors());
      if (llama_adapter_get_alora_n_invocation_tokens(read) > 0) {
        return cannot_load(path, "it is one that tokens of a prompt switch on");
      }
      loaded.adapters_.push_back(read);
    } catch (const std::exception& exception) {
      return cannot_load(path, exception.what());
    }
    loaded.scales_.push_back(adapter.scale);
    const auto bytes = std::filesystem::file_size(path, error);
    if (!error) loaded.bytes_ += bytes;
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
    return fail(ErrorCode::Internal, "llama.cpp did not take the adapters: " + take_llama_errors());
  }
  return {};
}

}  // namespace pcai

#pragma once

#include <llama.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "backend/llamacpp/sequence_text.h"
#include "core/model.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai {

/// LoRA adapters of a loaded model. They belong to its weights and live as long.
class LoraAdapters {
 public:
  /// Reads the adapters that the configuration names, after our own check of each file. To be
  /// called before a context of these weights is made, which makes room for them. Fails with
  /// InvalidModel for a file that is missing, damaged, no adapter, or one of another model.
  static Result<LoraAdapters> load(const ModelConfig& config, llama_model& weights);

  /// What a request asks for, by adapter: `wanted`, the others off; or as they were loaded. Fails
  /// with InvalidRequest for an adapter that is not there.
  Result<AdapterScales> scales(const std::optional<std::vector<AdapterScale>>& wanted) const;

  /// As the configuration says.
  const AdapterScales& as_loaded() const noexcept { return scales_; }

  /// Has a context compute with them from now on, each with its scale. The next step is slower
  /// where that changes anything: llama.cpp makes its buffers anew.
  Status apply(llama_context& context, const AdapterScales& scales) const;

  /// What their files hold.
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::vector<llama_adapter_lora*> adapters_;
  AdapterScales scales_;
  std::uint64_t bytes_ = 0;
};

}  // namespace pcai

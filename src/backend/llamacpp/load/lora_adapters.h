#pragma once

#include <llama.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "backend/llamacpp/plan/sequence_text.h"
#include "core/model.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::backend::llamacpp {

/// The LoRA adapters of a loaded model. The model's weights own them.
class LoraAdapters {
 public:
  /// Loads the adapters that the configuration names, after our own check of each file. Call it
  /// before a context of these weights is made, because the context reserves room for them. Fails
  /// with InvalidModel if a file is missing, damaged, no adapter, or made for another model.
  static Result<LoraAdapters> load(const ModelConfig& config, llama_model& weights);

  /// The scale of each adapter for a request: as in `wanted`, where adapters that it leaves out are
  /// off; without `wanted` as loaded. Fails with InvalidRequest for an adapter that does not exist.
  Result<AdapterScales> scales(const std::optional<std::vector<AdapterScale>>& wanted) const;

  /// The scales of the configuration.
  const AdapterScales& as_loaded() const noexcept { return scales_; }

  /// Makes a context use these scales from now on. If that changes anything the next step is
  /// slower, because llama.cpp allocates its buffers again.
  Status apply(llama_context& context, const AdapterScales& scales) const;

  /// Bytes of all their files.
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::vector<llama_adapter_lora*> adapters_;
  AdapterScales scales_;
  std::uint64_t bytes_ = 0;
};

}  // namespace pcai::backend::llamacpp

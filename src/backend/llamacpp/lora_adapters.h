#pragma once

#include <llama.h>

#include <cstdint>
#include <vector>

#include "core/model.h"
#include "core/result.h"

namespace pcai {

/// LoRA adapters of a loaded model. They belong to its weights and live as long.
class LoraAdapters {
 public:
  /// Reads the adapters that the configuration names, after our own check of each file. To be
  /// called before a context of these weights is made, which makes room for them. Fails with
  /// InvalidModel for a file that is missing, damaged, no adapter, or one of another model.
  static Result<LoraAdapters> load(const ModelConfig& config, llama_model& weights);

  /// Adds them to a context's computations, each with its scale.
  Status apply(llama_context& context);

  /// What their files hold.
  std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  std::vector<llama_adapter_lora*> adapters_;
  std::vector<float> scales_;
  std::uint64_t bytes_ = 0;
};

}  // namespace pcai

#pragma once

#include <ggml-backend.h>
#include <ggml.h>

#include <cstdint>

#include "kernels/panel.h"

namespace pcai::backend::llamacpp {

class ModelKernels;

/// What ggml_tensor::extra of a model's weight points to while our kernels are on for that model.
/// ggml leaves that member to the owner of the weight's buffer, and plain CPU buffers do not use
/// it. The ModelKernels owns it.
struct WeightNote {
  static constexpr std::uint64_t kMark = 0x70636169'6b65726eU;

  std::uint64_t mark = kMark;
  ModelKernels* model = nullptr;
  const std::byte* panels = nullptr;  // null: mainline multiplies with this weight
  kernels::BlockFormat format = {};
};

/// The note of a weight, or null. Weights in other types of buffers have other things in `extra`.
inline const WeightNote* note_of(const ggml_tensor& weight) {
  if (weight.extra == nullptr || weight.buffer == nullptr || weight.op != GGML_OP_NONE ||
      !ggml_backend_buffer_is_host(weight.buffer)) {
    return nullptr;
  }
  const auto* note = static_cast<const WeightNote*>(weight.extra);
  return note->mark == WeightNote::kMark ? note : nullptr;
}

}  // namespace pcai::backend::llamacpp

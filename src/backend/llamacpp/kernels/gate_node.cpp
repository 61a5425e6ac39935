#include "backend/llamacpp/kernels/gate_node.h"

#include <cstddef>

#include "backend/llamacpp/kernels/model_kernels.h"

namespace pcai::backend::llamacpp::gate_node {

bool takes(const ggml_tensor& node) {
  const ggml_glu_op gate = ggml_get_glu_op(&node);
  if ((gate != GGML_GLU_OP_SWIGLU && gate != GGML_GLU_OP_GEGLU) || node.src[1] == nullptr) {
    return false;
  }
  for (const ggml_tensor* tensor :
       {static_cast<const ggml_tensor*>(&node), static_cast<const ggml_tensor*>(node.src[0]),
        static_cast<const ggml_tensor*>(node.src[1])}) {
    if (tensor->type != GGML_TYPE_F32 || tensor->nb[0] != sizeof(float) || tensor->ne[2] != 1 ||
        tensor->ne[3] != 1) {
      return false;
    }
  }
  const ModelKernels* model = model_of(node);
  return model != nullptr && model->enabled();
}

void compute(ggml_tensor& node, const Team& team) {
  const auto kind =
      ggml_get_glu_op(&node) == GGML_GLU_OP_GEGLU ? kernels::Gate::Gelu : kernels::Gate::Silu;
  const auto columns = static_cast<std::size_t>(node.ne[0]);
  const auto rows = static_cast<std::size_t>(node.ne[1]);
  const auto index = static_cast<std::size_t>(team.index);
  const auto count = static_cast<std::size_t>(team.count);
  const auto row_of = [](const ggml_tensor& tensor, std::size_t row) {
    return reinterpret_cast<float*>(static_cast<char*>(tensor.data) + row * tensor.nb[1]);
  };
  const bool by_columns = rows < count;
  const std::size_t first = by_columns ? columns * index / count : 0;
  const std::size_t last = by_columns ? columns * (index + 1) / count : columns;
  const std::size_t end = by_columns ? rows : rows * (index + 1) / count;
  const kernels::GateFunction gate = model_of(node)->variant().gate;
  for (std::size_t row = by_columns ? 0 : rows * index / count; row < end; ++row) {
    gate(kind, row_of(*node.src[0], row) + first, row_of(*node.src[1], row) + first,
         row_of(node, row) + first, last - first);
  }
}

}  // namespace pcai::backend::llamacpp::gate_node

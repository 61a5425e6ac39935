#pragma once

#include <ggml.h>

#include "backend/llamacpp/kernels/team.h"

namespace pcai::backend::llamacpp {

/// GGML_OP_GLU of two tensors by SiLU or GELU.
namespace gate_node {

/// Whether our kernels compute this node.
bool takes(const ggml_tensor& node);

void compute(ggml_tensor& node, const Team& team);

}  // namespace gate_node
}  // namespace pcai::backend::llamacpp

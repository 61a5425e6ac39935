#pragma once

#include <ggml.h>

#include "backend/llamacpp/kernels/team.h"

namespace pcai::backend::llamacpp {

/// GGML_OP_MUL_MAT of a weight that has panels.
namespace matrix_product {

/// True if our kernels compute this node. Every thread asks for every node.
bool takes(const ggml_tensor& node);

/// Bytes of Team::work.
std::size_t work_bytes(const ggml_tensor& node);

void compute(ggml_tensor& node, const Team& team);

}  // namespace matrix_product
}  // namespace pcai::backend::llamacpp

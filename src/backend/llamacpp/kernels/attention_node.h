#pragma once

#include <ggml.h>

#include "backend/llamacpp/kernels/team.h"

namespace pcai::backend::llamacpp {

/// GGML_OP_FLASH_ATTN_EXT over a cache of halfs or bfloats. Only cells that the mask shows are
/// read, so the cost of a token depends on its own sequence alone, however many share the cache.
namespace attention_node {

/// True if our kernels compute this node. They leave out ALiBi, nodes without a mask, quantised
/// caches, and several streams.
bool takes(const ggml_tensor& node);

/// Bytes of Team::work.
std::size_t work_bytes(const ggml_tensor& node, int threads);

void compute(ggml_tensor& node, const Team& team);

}  // namespace attention_node
}  // namespace pcai::backend::llamacpp

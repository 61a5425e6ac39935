#pragma once

#include <ggml.h>

#include "backend/llamacpp/kernels/team.h"

namespace pcai::backend::llamacpp {

/// GGML_OP_FLASH_ATTN_EXT over a cache of halfs or bfloats. Only cells that the mask shows are
/// read, so a token pays for its own sequence however many share the cache.
namespace attention_node {

/// Whether our kernels compute this node: not with ALiBi, without a mask, over quantised caches, or
/// for several streams.
bool takes(const ggml_tensor& node);

/// Bytes of Team::work.
std::size_t work_bytes(const ggml_tensor& node, int threads);

void compute(ggml_tensor& node, const Team& team);

}  // namespace attention_node
}  // namespace pcai::backend::llamacpp

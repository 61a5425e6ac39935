#pragma once

#include <string_view>
#include <vector>

#include "kernels/attention.h"
#include "kernels/gemm.h"

namespace pcai::kernels {

/// A set of kernels for one kind of processor. All variants compute the same bits.
struct Variant {
  std::string_view name;  // "avx512-vnni"
  PackTileFunction pack_tile;
  MultiplyFunction multiply;
  AttentionFunction attend;
  GateFunction gate;
};

/// What this processor can run, the fastest first; empty where only the oracle runs. Asked of the
/// processor once.
const std::vector<Variant>& usable_variants();

}  // namespace pcai::kernels

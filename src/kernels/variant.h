#pragma once

#include <string_view>
#include <vector>

#include "kernels/attention.h"
#include "kernels/gemm.h"

namespace pcai::kernels {

/// The kernels for one kind of processor. All variants and the oracles compute the same bits, and
/// panels and tiles are laid out alike in all of them. Each member is described where its type is:
/// gemm.h (products), attention.h (attention and gates).
struct Variant {
  std::string_view name;  // a literal: "avx512-vnni", "avx-vnni" or "avx2"
  PackTileFunction pack_tile;
  MultiplyFunction multiply;
  AttentionFunction attend;
  GateFunction gate;
};

/// The variants that this processor and operating system can run, the fastest first. Empty if only
/// the oracle runs, as on every processor but x86-64. The first call asks the processor. Any
/// thread; the list lives as long as the process.
const std::vector<Variant>& usable_variants();

}  // namespace pcai::kernels

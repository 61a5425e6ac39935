#pragma once

#include "kernels/panel.h"

namespace pcai::kernels {

// The product of a weight matrix in panels (panel.h) and activations in tiles:
//   out[tokens × rows] = activations[tokens × columns] · weights[rows × columns]^T
// The activations are quantised too: the products of a group are integers, which are then scaled
// and added in float, group after group. So an activation is rounded to 8 bits for each group of
// 32 columns, as llama.cpp does for these formats (its Q8_0 and Q8_1). bench/exactness measures
// what that costs; docs/kernels.md has the figures.

/// Bytes of one group of 32 columns in a tile, that is, of 16 tokens:
///   16 × 32 signed bytes  quants, token by token: round(x * 127 / largest |x| of the group)
///   16 floats             scales: largest |x| / 127
///   16 words of 4 bytes   a correction per token, from the sum of its quants; by Scales:
///     Plain: int32, -zero * sum      the minimum kinds: float, scale * sum
///     SuperTwo: two int16, the sums of the first and of the last 16 columns
inline constexpr std::size_t kTileGroupBytes = kTileColumns * (kGroup + 4 + 4);

/// Tiles for `tokens` tokens. The last one may be partly filled.
[[gnu::always_inline]] inline std::size_t tile_count(std::size_t tokens) noexcept {
  return (tokens + kTileColumns - 1) / kTileColumns;
}
/// Bytes of one tile of `columns` columns, a multiple of 32: 80 KiB for 4096 columns, which a
/// second cache holds.
[[gnu::always_inline]] inline std::size_t tile_bytes(std::size_t columns) noexcept {
  return columns / kGroup * kTileGroupBytes;
}

/// Quantises the activations of up to 16 tokens into one tile. Everything is borrowed for the call.
struct PackTile {
  PanelLayout layout;   // of the weights: it decides what the correction words are
  const float* tokens;  // token t's activations begin at tokens + t * stride; finite numbers
  std::size_t stride;   // floats
  std::size_t count;    // tokens, 1 to kTileColumns
  std::byte* tile;  // tile_bytes(columns); what belongs to tokens from `count` on stays as it is
};

/// Packs groups [begin, end) of the task. Threads may pack different groups of a tile at once.
/// Allocates nothing, cannot fail, checks nothing.
using PackTileFunction = void (*)(const PackTile& task, std::size_t begin, std::size_t end);

/// A matrix product. Everything is borrowed for the call.
struct Multiply {
  PanelLayout layout;       // of the weights: it decides what the correction words are
  const std::byte* panels;  // panel 0, aligned to 64 bytes; see pack_panels
  const std::byte* tiles;   // tile 0; the tiles follow each other
  std::size_t columns;      // a multiple of 32, of 256 for K-quants
  std::size_t rows;         // of the weights
  std::size_t tokens;       // at least 1
  float* out;               // out[token * stride + row]; overwritten
  std::size_t stride;       // floats, at least `rows`
};

/// Computes the rows of panels [first_panel, last_panel) for all tokens, on the calling thread.
/// Threads may compute different panels of a task at once. A result has the same bits for every
/// number of tokens, every division into calls and every variant. Allocates nothing, cannot fail,
/// checks nothing.
using MultiplyFunction = void (*)(const Multiply& task, std::size_t first_panel,
                                  std::size_t last_panel);

/// The oracle: plain C++ for every processor, slow, the definition of what the variants compute.
void pack_tile_oracle(const PackTile& task, std::size_t begin, std::size_t end);
void multiply_oracle(const Multiply& task, std::size_t first_panel, std::size_t last_panel);

// The variants. Call one only if usable_variants() lists it. AVX-VNNI packs as AVX2 does.
#if defined(__x86_64__)
void pack_tile_avx2(const PackTile& task, std::size_t begin, std::size_t end);
void multiply_avx2(const Multiply& task, std::size_t first_panel, std::size_t last_panel);
void multiply_avx_vnni(const Multiply& task, std::size_t first_panel, std::size_t last_panel);
void pack_tile_avx512(const PackTile& task, std::size_t begin, std::size_t end);
void multiply_avx512(const Multiply& task, std::size_t first_panel, std::size_t last_panel);
#endif

}  // namespace pcai::kernels

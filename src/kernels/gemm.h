#pragma once

#include "kernels/panel.h"

namespace pcai::kernels {

/// Activations of 16 tokens: for each group of 32 columns 16 x 32 signed quants, 16 scales, and 16
/// correction words: scale * sum of quants where the weights have a minimum, -zero * sum as an
/// integer where they are Plain, the sums of both halves as two 16-bit integers in SuperTwo.
inline constexpr std::size_t kTileGroupBytes = kTileColumns * (kGroup + 4 + 4);

[[gnu::always_inline]] inline std::size_t tile_count(std::size_t tokens) noexcept {
  return (tokens + kTileColumns - 1) / kTileColumns;
}
[[gnu::always_inline]] inline std::size_t tile_bytes(std::size_t columns) noexcept {
  return columns / kGroup * kTileGroupBytes;
}

/// Quantises groups [begin, end) of up to 16 tokens into a tile. Token t's activations begin at
/// tokens + t * stride.
struct PackTile {
  PanelLayout layout;
  const float* tokens;
  std::size_t stride;
  std::size_t count;
  std::byte* tile;
};
using PackTileFunction = void (*)(const PackTile& task, std::size_t begin, std::size_t end);

/// out[t * stride + row] = sum over columns of weight * activation, for panels [first_panel,
/// last_panel) and all tokens. A token's results are the same bits for every number of tokens, and
/// in every variant of this function.
struct Multiply {
  PanelLayout layout;
  const std::byte* panels;  // panel 0
  const std::byte* tiles;   // tile 0
  std::size_t columns;
  std::size_t rows;
  std::size_t tokens;
  float* out;
  std::size_t stride;
};
using MultiplyFunction = void (*)(const Multiply& task, std::size_t first_panel,
                                  std::size_t last_panel);

/// The oracle: plain C++, slow, the definition of what the others compute.
void pack_tile_oracle(const PackTile& task, std::size_t begin, std::size_t end);
void multiply_oracle(const Multiply& task, std::size_t first_panel, std::size_t last_panel);

#if defined(__x86_64__)
void pack_tile_avx2(const PackTile& task, std::size_t begin, std::size_t end);
void multiply_avx2(const Multiply& task, std::size_t first_panel, std::size_t last_panel);
void multiply_avx_vnni(const Multiply& task, std::size_t first_panel, std::size_t last_panel);
void pack_tile_avx512(const PackTile& task, std::size_t begin, std::size_t end);
void multiply_avx512(const Multiply& task, std::size_t first_panel, std::size_t last_panel);
#endif

}  // namespace pcai::kernels

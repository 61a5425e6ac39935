#pragma once

#include <cstring>

#include "kernels/gemm.h"

namespace pcai::kernels {

// What the variants of the product share. Only they include it.

/// One panel times the first `tokens` (1 to 16) tokens of one tile. Writes a whole panel's 16 rows
/// of each token at out + token * stride.
using PanelTimesTile = void (*)(const PanelLayout& layout, const std::byte* panel,
                                const std::byte* tile, std::size_t groups, std::size_t tokens,
                                float* out, std::size_t stride);

/// The instance of a variant's product for a layout. Product<Scales, Quants>::kFunction is a
/// PanelTimesTile. These are all the layouts that panel_layout() returns.
template <template <Scales, Quants> class Product>
static PanelTimesTile product_for(const PanelLayout& layout) {
  const bool five = layout.quants == Quants::Five;
  switch (layout.scales) {
    case Scales::WithMinimum:
      return five ? Product<Scales::WithMinimum, Quants::Five>::kFunction
                  : Product<Scales::WithMinimum, Quants::Nibbles>::kFunction;
    case Scales::SuperWithMinimum:
      return five ? Product<Scales::SuperWithMinimum, Quants::Five>::kFunction
                  : Product<Scales::SuperWithMinimum, Quants::Nibbles>::kFunction;
    case Scales::SuperTwo: return Product<Scales::SuperTwo, Quants::Six>::kFunction;
    case Scales::Plain: break;
  }
  if (five) return Product<Scales::Plain, Quants::Five>::kFunction;
  return layout.quants == Quants::Nibbles ? Product<Scales::Plain, Quants::Nibbles>::kFunction
                                          : Product<Scales::Plain, Quants::Bytes>::kFunction;
}

/// Writes a token's correction word of one group (gemm.h) to `word`. `low` and `high` are the sums
/// of the quants of the first and last 16 columns. Only their sum counts unless Scales is SuperTwo.
static inline void store_correction(const PanelLayout& layout, float scale, int low, int high,
                                    std::byte* word) {
  if (layout.scales == Scales::SuperTwo) {
    const std::int16_t sums[2] = {static_cast<std::int16_t>(low), static_cast<std::int16_t>(high)};
    std::memcpy(word, sums, 4);
  } else if (has_minimum(layout.scales)) {
    const float scaled = scale * static_cast<float>(low + high);
    std::memcpy(word, &scaled, 4);
  } else {
    const int correction = -layout.zero * (low + high);
    std::memcpy(word, &correction, 4);
  }
}

/// Calls `product` for panels [first_panel, last_panel) and every tile of the task. Every variant
/// goes in this order: a block of 8 panels meets one tile while the tile is in the first cache. The
/// last panel may have fewer than 16 rows; its results pass through a buffer on the stack, so that
/// nothing is written beyond the task's rows.
static inline void for_each_panel_and_tile(const Multiply& task, std::size_t first_panel,
                                           std::size_t last_panel, PanelTimesTile product) {
  constexpr std::size_t kBlock = 8;  // panels
  const std::size_t groups = task.columns / kGroup;
  const std::size_t panel_bytes = task.layout.panel_bytes(groups);
  const std::size_t tiles = tile_count(task.tokens);
  for (std::size_t block = first_panel; block < last_panel; block += kBlock) {
    const std::size_t block_end = block + kBlock < last_panel ? block + kBlock : last_panel;
    for (std::size_t t = 0; t < tiles; ++t) {
      const std::size_t left = task.tokens - t * kTileColumns;
      const std::size_t tokens = left < kTileColumns ? left : kTileColumns;
      const std::byte* tile = task.tiles + t * tile_bytes(task.columns);
      for (std::size_t panel = block; panel < block_end; ++panel) {
        // Where the first of the panel's rows goes, for the first of the tile's tokens.
        float* out = task.out + t * kTileColumns * task.stride + panel * kPanelRows;
        const std::size_t rows = task.rows - panel * kPanelRows;
        if (rows >= kPanelRows) {
          product(task.layout, task.panels + panel * panel_bytes, tile, groups, tokens, out,
                  task.stride);
          continue;
        }
        float whole[kTileColumns * kPanelRows];
        product(task.layout, task.panels + panel * panel_bytes, tile, groups, tokens, whole,
                kPanelRows);
        for (std::size_t token = 0; token < tokens; ++token) {
          std::memcpy(out + token * task.stride, whole + token * kPanelRows, rows * sizeof(float));
        }
      }
    }
  }
}

}  // namespace pcai::kernels

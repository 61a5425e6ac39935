#pragma once

#include <cstring>

#include "kernels/gemm.h"

namespace pcai::kernels {

// One panel times the first `tokens` columns of one tile.
using PanelTimesTile = void (*)(const PanelLayout& layout, const std::byte* panel,
                                const std::byte* tile, std::size_t groups, std::size_t tokens,
                                float* out, std::size_t stride);

/// The order in which every variant goes through panels and tiles: a block of panels meets a tile
/// while that is in the first cache. Included by the variants only.
static inline void for_each_panel_and_tile(const Multiply& task, std::size_t first_panel,
                                           std::size_t last_panel, PanelTimesTile product) {
  constexpr std::size_t kBlock = 8;
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

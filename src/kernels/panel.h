#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/block_format.h"

namespace pcai::kernels {

inline constexpr std::size_t kPanelRows = 16;
inline constexpr std::size_t kTileColumns = 16;

/// What the groups of a panel hold besides the quants.
enum class Scales : std::uint8_t {
  Plain,        // one scale a row: w = d * (q - zero)
  WithMinimum,  // and a minimum: w = d * q + m
  Two,          // one for each half of the group: w = d[i / 16] * (q - zero)
};

/// How a format lies in a panel of 16 rows (drawn in docs/kernels.md): for each group of 32 columns
/// 8 vectors of 64 bytes in which lane r holds 4 quants of row r, two vectors in one where a quant
/// fits 4 bits; after them, for each group, 16 half-precision scales and, unless Plain, 16 minimums
/// or second scales.
struct PanelLayout {
  Scales scales = Scales::Plain;
  bool nibbles = false;
  int zero = 0;
  float unit = 1;  // the stored scales count in this power of two, so that halfs hold them

  [[gnu::always_inline]] std::size_t quant_bytes() const noexcept {
    return nibbles ? 256 : 512;
  }  // of a group
  [[gnu::always_inline]] std::size_t scale_bytes() const noexcept {
    return scales == Scales::Plain ? 32 : 64;
  }
  [[gnu::always_inline]] std::size_t panel_bytes(std::size_t groups) const noexcept {
    return (groups * (quant_bytes() + scale_bytes()) + 63) / 64 * 64;
  }
};

PanelLayout panel_layout(BlockFormat format) noexcept;

/// A matrix of weights as its file keeps it: `rows` rows of `columns` weights, a multiple of 32.
struct WeightMatrix {
  BlockFormat format;
  const std::byte* data;
  std::size_t row_bytes;  // from one row to the next
  std::size_t rows;
  std::size_t columns;
};

// Functions that the variants use are always inlined: a copy that a variant left to the linker
// could replace everybody's, with instructions that this processor lacks.
[[gnu::always_inline]] inline std::size_t panel_count(std::size_t rows) noexcept {
  return (rows + kPanelRows - 1) / kPanelRows;
}

/// Bytes of all panels; they start at a multiple of 64.
std::size_t panels_bytes(BlockFormat format, std::size_t rows, std::size_t columns) noexcept;

/// Fills panels [begin, end) below `panels`, where panel 0 starts. Rows that the last one has too
/// many are zero. Different panels may be filled at the same time.
void pack_panels(const WeightMatrix& weights, std::size_t begin, std::size_t end,
                 std::byte* panels) noexcept;

}  // namespace pcai::kernels

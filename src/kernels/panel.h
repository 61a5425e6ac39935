#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/block_format.h"

namespace pcai::kernels {

inline constexpr std::size_t kPanelRows = 16;
inline constexpr std::size_t kTileColumns = 16;

/// What the groups of a panel hold besides the quants.
enum class Scales : std::uint8_t {
  Plain,             // one scale a row: w = d * (q - zero)
  WithMinimum,       // and a minimum: w = d * q + m
  SuperWithMinimum,  // the same, d and m as a factor of the group times a half of 8 groups
  SuperTwo,          // a factor for each half of the group: w = d * f[i / 16] * (q - zero)
};

[[gnu::always_inline]] constexpr bool has_minimum(Scales scales) noexcept {
  return scales == Scales::WithMinimum || scales == Scales::SuperWithMinimum;
}
[[gnu::always_inline]] constexpr bool is_super(Scales scales) noexcept {
  return scales == Scales::SuperWithMinimum || scales == Scales::SuperTwo;
}
/// Bytes of a group: 16 halfs, two times 16 halfs, or two times 16 factors of one byte.
[[gnu::always_inline]] constexpr std::size_t scale_bytes_of(Scales scales) noexcept {
  return scales == Scales::WithMinimum ? 64 : 32;
}
/// Bytes of 8 groups besides: 16 halfs for the scales and, where there are minimums, 16 for them.
[[gnu::always_inline]] constexpr std::size_t super_bytes_of(Scales scales) noexcept {
  return scales == Scales::SuperWithMinimum ? 64 : scales == Scales::SuperTwo ? 32 : 0;
}

/// How a group's quants are stored, as vectors of 64 bytes in which lane r holds 4 columns of row
/// r.
enum class Quants : std::uint8_t {
  Nibbles,  // 4 vectors: vector i has columns 8i … 8i+3 in its low and 8i+4 … 8i+7 in its high bits
  Five,   // and one more: bit v of its bytes is the fifth bit of columns 4v … 4v+3
  Six,    // and two more: bits 2j, 2j+1 of the p-th are bits 5 and 6 of columns 16p+4j … 16p+4j+3
  Bytes,  // 8 vectors: vector v has columns 4v … 4v+3
};

[[gnu::always_inline]] constexpr std::size_t quant_bytes_of(Quants quants) noexcept {
  return quants == Quants::Nibbles ? 256
         : quants == Quants::Five  ? 320
         : quants == Quants::Six   ? 384
                                   : 512;
}

/// How a format lies in a panel of 16 rows (drawn in docs/kernels.md): the quants of all groups,
/// then their scales, then what 8 groups share.
struct PanelLayout {
  Scales scales = Scales::Plain;
  Quants quants = Quants::Bytes;
  int zero = 0;

  [[gnu::always_inline]] std::size_t quant_bytes() const noexcept {
    return quant_bytes_of(quants);
  }  // of a group
  [[gnu::always_inline]] std::size_t scale_bytes() const noexcept { return scale_bytes_of(scales); }
  [[gnu::always_inline]] std::size_t super_bytes() const noexcept {
    return super_bytes_of(scales);
  }  // of 8 groups
  [[gnu::always_inline]] std::size_t panel_bytes(std::size_t groups) const noexcept {
    const std::size_t shared = groups / kSuperGroups * super_bytes();
    return (groups * (quant_bytes() + scale_bytes()) + shared + 63) / 64 * 64;
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

#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/block_format.h"

namespace pcai::kernels {

// Weights in the order in which the product kernels read them. docs/kernels.md draws it.

inline constexpr std::size_t kPanelRows = 16;    // rows of weights in a panel: the lanes of AVX-512
inline constexpr std::size_t kTileColumns = 16;  // tokens in a tile of activations (gemm.h)

/// What a group of a panel holds besides its quants, for each of the 16 rows. w is a weight, q its
/// quant, d a scale and m a minimum in half precision. f and g are factors of one byte.
enum class Scales : std::uint8_t {
  Plain,             // w = d * (q - zero)
  WithMinimum,       // w = d * q + m
  SuperWithMinimum,  // w = (D * f) * q + M * g; 8 groups share D and M
  SuperTwo,          // w = (D * f[i / 16]) * (q - zero), i in 0 … 31; 8 groups share D
};

/// True if a weight is scale * q + minimum, without a zero point.
[[gnu::always_inline]] constexpr bool has_minimum(Scales scales) noexcept {
  return scales == Scales::WithMinimum || scales == Scales::SuperWithMinimum;
}
/// True if 8 groups share something, as in K-quants.
[[gnu::always_inline]] constexpr bool is_super(Scales scales) noexcept {
  return scales == Scales::SuperWithMinimum || scales == Scales::SuperTwo;
}
/// Bytes of one group's scales: 16 halfs, 32 halfs (scales, then minimums), or 32 factors.
[[gnu::always_inline]] constexpr std::size_t scale_bytes_of(Scales scales) noexcept {
  return scales == Scales::WithMinimum ? 64 : 32;
}
/// Bytes that 8 groups share: 16 halfs (scales), or 32 (scales, then minimums); 0 = nothing.
[[gnu::always_inline]] constexpr std::size_t super_bytes_of(Scales scales) noexcept {
  return scales == Scales::SuperWithMinimum ? 64 : scales == Scales::SuperTwo ? 32 : 0;
}

/// How the 16 rows × 32 columns of a group are stored: as vectors of 64 bytes, in which bytes 4r to
/// 4r + 3 (lane r) belong to 4 columns of row r.
enum class Quants : std::uint8_t {
  Nibbles,  // 4 vectors: vector i has columns 8i … 8i+3 in its low and 8i+4 … 8i+7 in its high bits
  Five,   // and one more: bit v of its bytes is the fifth bit of columns 4v … 4v+3
  Six,    // and two more: bits 2j, 2j+1 of the p-th are bits 5 and 6 of columns 16p+4j … 16p+4j+3
  Bytes,  // 8 vectors: vector v has columns 4v … 4v+3
};

/// Bytes of one group's quants: 64 times the number of vectors.
[[gnu::always_inline]] constexpr std::size_t quant_bytes_of(Quants quants) noexcept {
  return quants == Quants::Nibbles ? 256
         : quants == Quants::Five  ? 320
         : quants == Quants::Six   ? 384
                                   : 512;
}

/// How a block format lies in a panel of 16 rows: the quants of all groups, then the scales of all
/// groups, then what each 8 groups share. A small value; copy it.
struct PanelLayout {
  Scales scales = Scales::Plain;
  Quants quants = Quants::Bytes;
  int zero = 0;  // what a quant of weight 0 is; 0 with minimums

  /// Bytes of one group's quants, of its scales, and of what 8 groups share.
  [[gnu::always_inline]] std::size_t quant_bytes() const noexcept { return quant_bytes_of(quants); }
  [[gnu::always_inline]] std::size_t scale_bytes() const noexcept { return scale_bytes_of(scales); }
  [[gnu::always_inline]] std::size_t super_bytes() const noexcept { return super_bytes_of(scales); }

  /// Bytes of a panel of `groups` groups per row, rounded up to 64. So each panel is aligned if the
  /// first one is. Q4_0 with 4096 columns has 128 groups of 256 + 32 bytes: 36 KiB.
  [[gnu::always_inline]] std::size_t panel_bytes(std::size_t groups) const noexcept {
    const std::size_t shared = groups / kSuperGroups * super_bytes();
    return (groups * (quant_bytes() + scale_bytes()) + shared + 63) / 64 * 64;
  }
};

/// The one layout of each format. The kernels have an instance for each layout that this returns.
PanelLayout panel_layout(BlockFormat format) noexcept;

/// A matrix of weights as its file keeps it. Borrowed: usually it is the mapped file.
struct WeightMatrix {
  BlockFormat format;
  const std::byte* data;  // of row 0; needs no alignment
  std::size_t row_bytes;  // from one row to the next
  std::size_t rows;       // outputs of the layer; any number
  std::size_t columns;    // inputs of the layer; a multiple of 32, of 256 for K-quants
};

// Functions that the variants use are always inlined. Each variant is compiled for other
// instructions, and the linker keeps one copy of an inline function that was not inlined. That copy
// could have instructions which this processor lacks.

/// Panels for `rows` rows. The last one may be partly filled.
[[gnu::always_inline]] inline std::size_t panel_count(std::size_t rows) noexcept {
  return (rows + kPanelRows - 1) / kPanelRows;
}

/// Bytes of all panels of a matrix. The caller allocates them, aligned to 64 bytes, and owns them.
std::size_t panels_bytes(BlockFormat format, std::size_t rows, std::size_t columns) noexcept;

/// Fills panels [begin, end) of a matrix. `panels` is where panel 0 starts, not panel `begin`. Rows
/// of the last panel that the matrix does not have become 0. Threads may fill different panels at
/// once. Afterwards the kernels do not read `weights` again.
void pack_panels(const WeightMatrix& weights, std::size_t begin, std::size_t end,
                 std::byte* panels) noexcept;

}  // namespace pcai::kernels

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pcai::kernels {

/// How GGUF files store quantised weights. A row of a matrix is a run of blocks of 32 weights, or
/// of 256 in K-quants. The layouts are those of block_q4_0 … block_q6_K in ggml-common.h; the
/// number in a name is the bits of a weight. A format that is not listed stays with llama.cpp.
enum class BlockFormat : std::uint8_t { Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K };

/// All of them, for tests and reports. To add a format, see docs/kernels.md.
inline constexpr BlockFormat kBlockFormats[] = {
    BlockFormat::Q4_0, BlockFormat::Q4_1, BlockFormat::Q5_0, BlockFormat::Q5_1,
    BlockFormat::Q8_0, BlockFormat::Q4_K, BlockFormat::Q5_K, BlockFormat::Q6_K};

/// The format's name in GGUF tools: "Q4_K". A literal, which is never freed.
std::string_view to_string(BlockFormat format) noexcept;

/// The size of one block, in a file and in the mapped file alike.
struct BlockSize {
  std::size_t weights;  // 32 or 256
  std::size_t bytes;    // scales included
};
BlockSize block_size(BlockFormat format) noexcept;

/// Weights of one group, the unit in which kernels compute. A group's weights share one scale in
/// every format but Q6_K, which has a scale for each half of it.
inline constexpr std::size_t kGroup = 32;

/// Groups in a block of a K-quant. Such a block has one scale in half precision and an integer
/// factor for each group (for each half of a group in Q6_K).
inline constexpr std::size_t kSuperGroups = 8;

/// One decoded group. With `zero` from panel_layout(format), which is 0 if there is a minimum:
///   weight i = scale * scale_factor[i / 16] * (q[i] - zero) + minimum * minimum_factor
/// Formats without factors have 1 here. Nothing is rounded: these are the file's own numbers.
struct Group {
  std::uint8_t q[kGroup];       // 4, 5, 6 or 8 bits; Q8_0's signed bytes are stored plus 128
  std::uint16_t scale;          // an IEEE half
  std::uint16_t minimum;        // an IEEE half; K-quants subtract theirs, so its sign is flipped
  std::int8_t scale_factor[2];  // for the first and last 16 weights
  std::int8_t minimum_factor;
};

/// Decodes group `index`, counted from 0, of the row whose first block is at `row`. Reads only that
/// group's block. Any thread.
Group decode_group(BlockFormat format, const std::byte* row, std::size_t index) noexcept;

}  // namespace pcai::kernels

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pcai::kernels {

/// How GGUF files store quantised weights. A row is a run of blocks, each of 32 or 256 weights.
enum class BlockFormat : std::uint8_t { Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K };

/// All of them, for tests and reports.
inline constexpr BlockFormat kBlockFormats[] = {
    BlockFormat::Q4_0, BlockFormat::Q4_1, BlockFormat::Q5_0, BlockFormat::Q5_1,
    BlockFormat::Q8_0, BlockFormat::Q4_K, BlockFormat::Q5_K, BlockFormat::Q6_K};

/// "Q4_K".
std::string_view to_string(BlockFormat format) noexcept;

struct BlockSize {
  std::size_t weights;
  std::size_t bytes;
};
BlockSize block_size(BlockFormat format) noexcept;

/// Weights that share a scale in every format (two scales in Q6_K).
inline constexpr std::size_t kGroup = 32;

/// Groups of a K-quant's block, which has one scale in half precision and a factor for each group.
inline constexpr std::size_t kSuperGroups = 8;

/// A group, decoded: weight i = scale * scale_factor[i / 16] * (q[i] - zero) + minimum *
/// minimum_factor, where `zero` belongs to the format (panel_layout) and is 0 where there is a
/// minimum. Factors are 1 in formats that have none.
struct Group {
  std::uint8_t q[kGroup];
  std::uint16_t scale;  // halfs
  std::uint16_t minimum;
  std::int8_t scale_factor[2];
  std::int8_t minimum_factor;
};

/// Decodes group `index` of the row that starts at `row`.
Group decode_group(BlockFormat format, const std::byte* row, std::size_t index) noexcept;

}  // namespace pcai::kernels

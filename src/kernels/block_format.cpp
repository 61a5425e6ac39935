#include "kernels/block_format.h"

#include <cstring>

namespace pcai::kernels {
namespace {

using Bytes = const std::uint8_t*;

constexpr std::uint16_t kSign = 0x8000;

std::uint16_t half_at(Bytes bytes) {
  std::uint16_t half;
  std::memcpy(&half, bytes, sizeof(half));
  return half;
}

void take_nibbles(Group& group, Bytes nibbles) {
  for (std::size_t i = 0; i < 16; ++i) {
    group.q[i] = nibbles[i] & 15;
    group.q[16 + i] = nibbles[i] >> 4;
  }
}

void take_fifth_bits(Group& group, Bytes bits) {
  for (std::size_t i = 0; i < kGroup; ++i) {
    group.q[i] = static_cast<std::uint8_t>(group.q[i] | ((bits[i / 8] >> (i % 8)) & 1) << 4);
  }
}

// Q4_K and Q5_K keep eight 6-bit scales and eight 6-bit minimums in 12 bytes.
struct ScalePair {
  int scale;
  int minimum;
};
ScalePair packed_scale(Bytes packed, std::size_t index) {
  if (index < 4) return {packed[index] & 63, packed[index + 4] & 63};
  return {(packed[index + 4] & 15) | ((packed[index - 4] >> 6) << 4),
          (packed[index + 4] >> 4) | ((packed[index] >> 6) << 4)};
}

Group decode_q4_k(Bytes block, std::size_t index, bool five_bits) {
  const ScalePair pair = packed_scale(block + 4, index);
  const auto factor = static_cast<std::int8_t>(pair.scale);
  Group group{.scale = half_at(block),
              .minimum = static_cast<std::uint16_t>(half_at(block + 2) ^ kSign),
              .scale_factor = {factor, factor},
              .minimum_factor = static_cast<std::int8_t>(pair.minimum)};
  const Bytes high = block + 16;
  const Bytes low = block + (five_bits ? 48 : 16) + index / 2 * 32;
  for (std::size_t i = 0; i < kGroup; ++i) {
    int q = index % 2 == 1 ? low[i] >> 4 : low[i] & 15;
    if (five_bits) q |= ((high[i] >> index) & 1) << 4;
    group.q[i] = static_cast<std::uint8_t>(q);
  }
  return group;
}

Group decode_q6_k(Bytes block, std::size_t index) {
  Group group{.scale = half_at(block + 208)};
  const std::size_t half = index / 4;
  const std::size_t quarter = index % 4;
  const Bytes low = block + 64 * half + 32 * (quarter % 2);
  const Bytes high = block + 128 + 32 * half;
  for (std::size_t i = 0; i < kGroup; ++i) {
    const int nibble = quarter < 2 ? low[i] & 15 : low[i] >> 4;
    group.q[i] = static_cast<std::uint8_t>(nibble | ((high[i] >> (2 * quarter)) & 3) << 4);
  }
  std::memcpy(group.scale_factor, block + 192 + 8 * half + 2 * quarter, 2);
  return group;
}

}  // namespace

std::string_view to_string(BlockFormat format) noexcept {
  switch (format) {
    case BlockFormat::Q4_0: return "Q4_0";
    case BlockFormat::Q4_1: return "Q4_1";
    case BlockFormat::Q5_0: return "Q5_0";
    case BlockFormat::Q5_1: return "Q5_1";
    case BlockFormat::Q8_0: return "Q8_0";
    case BlockFormat::Q4_K: return "Q4_K";
    case BlockFormat::Q5_K: return "Q5_K";
    case BlockFormat::Q6_K: return "Q6_K";
  }
  return "?";
}

BlockSize block_size(BlockFormat format) noexcept {
  switch (format) {
    case BlockFormat::Q4_0: return {32, 18};
    case BlockFormat::Q4_1: return {32, 20};
    case BlockFormat::Q5_0: return {32, 22};
    case BlockFormat::Q5_1: return {32, 24};
    case BlockFormat::Q8_0: return {32, 34};
    case BlockFormat::Q4_K: return {256, 144};
    case BlockFormat::Q5_K: return {256, 176};
    case BlockFormat::Q6_K: return {256, 210};
  }
  return {1, 1};
}

Group decode_group(BlockFormat format, const std::byte* row, std::size_t index) noexcept {
  const BlockSize size = block_size(format);
  const std::size_t per_block = size.weights / kGroup;
  const Bytes block = reinterpret_cast<Bytes>(row) + index / per_block * size.bytes;
  Group group{.scale = half_at(block), .scale_factor = {1, 1}, .minimum_factor = 1};
  switch (format) {
    case BlockFormat::Q4_0: take_nibbles(group, block + 2); break;
    case BlockFormat::Q4_1:
      group.minimum = half_at(block + 2);
      take_nibbles(group, block + 4);
      break;
    case BlockFormat::Q5_0:
      take_nibbles(group, block + 6);
      take_fifth_bits(group, block + 2);
      break;
    case BlockFormat::Q5_1:
      group.minimum = half_at(block + 2);
      take_nibbles(group, block + 8);
      take_fifth_bits(group, block + 4);
      break;
    case BlockFormat::Q8_0:
      for (std::size_t i = 0; i < kGroup; ++i) {
        group.q[i] = static_cast<std::uint8_t>(block[2 + i] ^ 0x80);
      }
      break;
    case BlockFormat::Q4_K: return decode_q4_k(block, index % kSuperGroups, false);
    case BlockFormat::Q5_K: return decode_q4_k(block, index % kSuperGroups, true);
    case BlockFormat::Q6_K: return decode_q6_k(block, index % kSuperGroups);
  }
  return group;
}

}  // namespace pcai::kernels

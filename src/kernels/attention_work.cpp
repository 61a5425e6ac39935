#include <algorithm>

#include "kernels/attention.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pcai::kernels {
namespace {

constexpr std::uint16_t kHidden = 0xFC00;  // minus infinity

#if defined(__SSE2__)
/// 16 elements.
std::uint64_t visible_sixteen(const std::uint16_t* mask) {
  const __m128i hidden = _mm_set1_epi16(static_cast<short>(kHidden));
  const auto* at = reinterpret_cast<const __m128i*>(mask);
  const __m128i low = _mm_cmpeq_epi16(_mm_loadu_si128(at), hidden);
  const __m128i high = _mm_cmpeq_epi16(_mm_loadu_si128(at + 1), hidden);
  return ~static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(low, high))) & 0xFFFFU;
}
#else
std::uint64_t visible_sixteen(const std::uint16_t* mask) {
  std::uint64_t bits = 0;
  for (unsigned i = 0; i < 16; ++i) {
    bits |= static_cast<std::uint64_t>(mask[i] != kHidden) << i;
  }
  return bits;
}
#endif

}  // namespace

void visible_bits(const std::uint16_t* mask, std::size_t count, std::uint64_t* bits) noexcept {
  std::size_t i = 0;
  for (; i + 64 <= count; i += 64) {
    bits[i / 64] = visible_sixteen(mask + i) | visible_sixteen(mask + i + 16) << 16 |
                   visible_sixteen(mask + i + 32) << 32 | visible_sixteen(mask + i + 48) << 48;
  }
  if (i == count) return;
  bits[i / 64] = 0;
  for (; i < count; ++i) {
    bits[i / 64] |= static_cast<std::uint64_t>(mask[i] != kHidden) << (i % 64);
  }
}

std::size_t attention_work_bytes(std::size_t rows, std::size_t cell_count, std::size_t key_size,
                                 std::size_t value_size) noexcept {
  constexpr std::size_t kBlock = 32;
  const std::size_t lanes = (rows + 15) / 16 * 16;
  const std::size_t cells = (cell_count + kBlock - 1) / kBlock * kBlock;
  return (lanes * (key_size + value_size + cells) + kBlock * std::max(key_size, value_size)) *
         sizeof(float);
}

}  // namespace pcai::kernels

#pragma once

// The product of a panel and a tile in registers of 256 bits, for processors with AVX2 and with
// AVX-VNNI. A register's 8 lanes are 8 rows, so a panel is two halves. Both are computed together,
// so that an activation is read once for 16 rows.
//
// The two variants differ in how they multiply bytes. Each gives a class `Dot`, the integer sum of
// the products of one token and one half panel over a group of 32 columns:
//   static constexpr int kTokens          tokens at a time for which the registers suffice
//   static constexpr bool kTakesSigned    true: add() subtracts the zero point itself
//   void add<V>(quants, activations)      adds 4 products per lane, those of columns 4V … 4V + 3;
//                                         called for V = 0 … 7 in this order
//   __m256i sum()                         the sum of all 32 columns, or for SuperTwo instead
//   __m256i low(), high()                 of the first and of the last 16 columns
//
// Everything here stands in the including file's unnamed namespace, for the reason in panel.h.
// Pointers into panels and tiles need no alignment beyond that of gemm.h; `half` is 0 or 1.
#include <immintrin.h>

#include <cstring>
#include <utility>

#include "kernels/gemm_loop.h"

namespace pcai::kernels {
namespace {

/// 4 bytes (4 columns of one token) in each lane.
__m256i broadcast(const std::byte* four_bytes) {
  int word;
  std::memcpy(&word, four_bytes, 4);
  return _mm256_set1_epi32(word);
}

/// 8 IEEE halfs as floats.
__m256 halfs(const std::byte* at) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

/// 32 bytes.
__m256i load(const std::byte* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

/// Puts a quant's upper bits above its nibble: `plane` has them from bit `From` of each byte on,
/// and `mask` selects where they go (0x10 for one bit, 0x30 for two).
template <int From>
[[gnu::always_inline]] inline __m256i with_high_bits(__m256i nibbles, __m256i plane, __m256i mask) {
  __m256i bits = plane;
  if constexpr (From < 4) bits = _mm256_slli_epi16(plane, 4 - From);
  if constexpr (From > 4) bits = _mm256_srli_epi16(plane, From - 4);
  return _mm256_or_si256(nibbles, _mm256_and_si256(bits, mask));
}

/// Columns 4V … 4V + 3 of 8 rows, as unsigned bytes. `at` is the group's quants (see Quants), plus
/// 32 for the second half panel.
template <Quants Kind, int V>
[[gnu::always_inline]] inline __m256i load_quants(const std::byte* at) {
  // A vector of 64 bytes is 16 rows, of which 32 bytes are this half's: hence the steps of 64.
  if constexpr (Kind == Quants::Bytes) return load(at + 64 * V);
  const __m256i pair = load(at + 64 * (V / 2));
  const __m256i nibbles =
      _mm256_and_si256(V % 2 == 0 ? pair : _mm256_srli_epi16(pair, 4), _mm256_set1_epi8(15));
  if constexpr (Kind == Quants::Five) {
    return with_high_bits<V>(nibbles, load(at + 256), _mm256_set1_epi8(0x10));
  }
  if constexpr (Kind == Quants::Six) {
    const std::byte* const plane = at + (V < 4 ? 256 : 320);
    return with_high_bits<V % 4 * 2>(nibbles, load(plane), _mm256_set1_epi8(0x30));
  }
  return nibbles;
}

/// Adds the products of columns 4V … 4V + 3: both half panels, `Tokens` tokens, into dots[t][half].
template <Quants Stored, class Dot, int Tokens, int V>
[[gnu::always_inline]] inline void add_columns(const std::byte* panel, const std::byte* activations,
                                               Dot (&dots)[Tokens][2]) {
  const __m256i first = load_quants<Stored, V>(panel);
  const __m256i second = load_quants<Stored, V>(panel + 32);
#pragma GCC unroll 4
  for (int t = 0; t < Tokens; ++t) {
    const __m256i x = broadcast(activations + t * kGroup + 4 * V);
    dots[t][0].template add<V>(first, x);
    dots[t][1].template add<V>(second, x);
  }
}

/// Adds the products of a whole group: add_columns for each V.
template <Quants Stored, class Dot, int Tokens, int... V>
[[gnu::always_inline]] inline void add_group(std::integer_sequence<int, V...>,
                                             const std::byte* panel, const std::byte* activations,
                                             Dot (&dots)[Tokens][2]) {
  (add_columns<Stored, Dot, Tokens, V>(panel, activations, dots), ...);
}

/// 8 rows' factors of one byte each, as floats. SuperTwo's are signed; those of SuperWithMinimum
/// have 6 bits, so that reading them as signed is right too.
__m256 factors(const std::byte* at) {
  return _mm256_cvtepi32_ps(
      _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
}

/// What scales a half panel's sums of one group.
struct HalfScales {
  __m256 first;   // of all columns; in SuperTwo of the first 16
  __m256 second;  // the minimums; in SuperTwo the scales of the last 16 columns; else 0
};

/// Reads them: `scales` is the group's part of the panel, `super` what it shares with 7 others.
template <Scales Kind>
[[gnu::always_inline]] inline HalfScales half_scales(const std::byte* scales,
                                                     const std::byte* super, int half) {
  if constexpr (is_super(Kind)) {
    const __m256 shared = halfs(super + 16 * half);
    const __m256 other = Kind == Scales::SuperTwo ? shared : halfs(super + 32 + 16 * half);
    return {_mm256_mul_ps(shared, factors(scales + 8 * half)),
            _mm256_mul_ps(other, factors(scales + 16 + 8 * half))};
  }
  const __m256 first = halfs(scales + 16 * half);
  if constexpr (Kind == Scales::WithMinimum) return {first, halfs(scales + 32 + 16 * half)};
  return {first, _mm256_setzero_ps()};
}

/// Returns `sum` plus one group's contribution, rounded in the same steps as gemm_oracle.cpp:
/// products * (scale * d) + minimum * word, or ((low * s1 + high * s2) * d) in SuperTwo. `d` is the
/// token's scale and `word` its correction word (gemm.h). `zero` is used only in SuperTwo.
template <Scales Kind, class Dot>
[[gnu::always_inline]] inline __m256 with_group(__m256 sum, const Dot& dot, int zero,
                                                const HalfScales& scales, float d,
                                                const std::byte* word) {
  if constexpr (Kind == Scales::SuperTwo) {
    std::int16_t halves[2];
    std::memcpy(halves, word, 4);
    const __m256i low = _mm256_add_epi32(dot.low(), _mm256_set1_epi32(-zero * halves[0]));
    const __m256i high = _mm256_add_epi32(dot.high(), _mm256_set1_epi32(-zero * halves[1]));
    __m256 both = _mm256_mul_ps(_mm256_cvtepi32_ps(low), scales.first);
    both = _mm256_fmadd_ps(_mm256_cvtepi32_ps(high), scales.second, both);
    return _mm256_fmadd_ps(both, _mm256_set1_ps(d), sum);
  } else {
    __m256i products = dot.sum();
    if constexpr (Kind == Scales::Plain && !Dot::kTakesSigned) {
      products = _mm256_add_epi32(products, broadcast(word));
    }
    const __m256 scale = _mm256_mul_ps(scales.first, _mm256_set1_ps(d));
    sum = _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), scale, sum);
    if constexpr (!has_minimum(Kind)) return sum;
    return _mm256_fmadd_ps(scales.second, _mm256_castsi256_ps(broadcast(word)), sum);
  }
}

// How many bytes ahead of the group in work a panel is prefetched; it runs on into the next panels.
// gemm_avx512.cpp says why. One distance serves all: later passes find the panel in the second
// cache.
constexpr std::size_t kAhead = 16384;

/// One panel times tokens [first_token, first_token + Tokens) of a tile, over `groups` groups.
/// Writes 16 floats per token, `stride` floats apart. It may prefetch past the panels' end, which
/// is harmless.
template <class Dot, Scales Kind, Quants Stored, int Tokens>
void product(const PanelLayout& layout, const std::byte* panel, const std::byte* tile,
             std::size_t groups, std::size_t first_token, float* out, std::size_t stride) {
  constexpr std::size_t kQuantBytes = quant_bytes_of(Stored);
  constexpr std::size_t kScaleBytes = scale_bytes_of(Kind);
  constexpr std::size_t kGroupBytes =
      kQuantBytes + kScaleBytes + super_bytes_of(Kind) / kSuperGroups;
  const auto* ahead = reinterpret_cast<const char*>(panel) + kAhead;
  const std::byte* scales = panel + groups * kQuantBytes;
  const std::byte* const super = scales + groups * kScaleBytes;
  // In memory, because the registers are needed for the products: 4 tokens and 2 halves take 8 for
  // their sums alone.
  alignas(32) float sums[Tokens][2][8] = {};
  for (std::size_t group = 0; group < groups; ++group) {
#pragma GCC unroll 9
    for (std::size_t i = 0; i < kGroupBytes; i += 64) _mm_prefetch(ahead + i, _MM_HINT_T0);
    ahead += kGroupBytes;
    Dot dots[Tokens][2];
    add_group<Stored>(std::make_integer_sequence<int, 8>(), panel, tile + first_token * kGroup,
                      dots);
    // The parts of the tile's group for these tokens: scales, then correction words.
    const auto* d = reinterpret_cast<const float*>(tile + kTileColumns * kGroup) + first_token;
    const std::byte* words = tile + kTileColumns * (kGroup + 4) + 4 * first_token;
    const std::byte* shared = super + group / kSuperGroups * super_bytes_of(Kind);
#pragma GCC unroll 2
    for (int half = 0; half < 2; ++half) {
      const HalfScales both = half_scales<Kind>(scales, shared, half);
#pragma GCC unroll 4
      for (int t = 0; t < Tokens; ++t) {
        float* const sum = sums[t][half];
        _mm256_store_ps(sum, with_group<Kind>(_mm256_load_ps(sum), dots[t][half], layout.zero, both,
                                              d[t], words + 4 * t));
      }
    }
    // To the next group, in each part of the panel and in the tile.
    panel += kQuantBytes;
    scales += kScaleBytes;
    tile += kTileGroupBytes;
  }
  for (int t = 0; t < Tokens; ++t) std::memcpy(out + t * stride, sums[t], sizeof sums[t]);
}

/// A PanelTimesTile (gemm_loop.h): Dot::kTokens tokens at a time, then the rest one by one. The
/// results do not depend on that division.
template <class Dot, Scales Kind, Quants Stored>
void panel_times_tile(const PanelLayout& layout, const std::byte* panel, const std::byte* tile,
                      std::size_t groups, std::size_t tokens, float* out, std::size_t stride) {
  constexpr std::size_t kTokens = Dot::kTokens;
  std::size_t t = 0;
  for (; t + kTokens <= tokens; t += kTokens) {
    product<Dot, Kind, Stored, kTokens>(layout, panel, tile, groups, t, out + t * stride, stride);
  }
  for (; t < tokens; ++t) {
    product<Dot, Kind, Stored, 1>(layout, panel, tile, groups, t, out + t * stride, stride);
  }
}

}  // namespace
}  // namespace pcai::kernels

#pragma once

// The panel product in registers of 256 bits, for processors with AVX2 and with AVX-VNNI: both
// halves of a panel, 8 rows each, so that an activation is read once for 16 rows. A variant's `Dot`
// is the sum of one token and one half over a group:
//   static constexpr int kTokens          tokens at a time for which the registers suffice
//   static constexpr bool kTakesSigned    whether it takes the zero point off by itself
//   void add<V>(quants, activations)      4 products a lane, of columns 4V…; V = 0..7 in this order
//   __m256i low(), high(), sum()          of the columns before the 16th, from there on, of all
// Everything here is in the including file's unnamed namespace: see panel.h.
#include <immintrin.h>

#include <cstring>
#include <utility>

#include "kernels/gemm_loop.h"

namespace pcai::kernels {
namespace {

__m256i broadcast(const std::byte* four_bytes) {
  int word;
  std::memcpy(&word, four_bytes, 4);
  return _mm256_set1_epi32(word);
}

__m256 halfs(const std::byte* at) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

__m256i load(const std::byte* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}

/// Bits of a plane, from bit `From` of each byte on, above a quant's nibble.
template <int From>
[[gnu::always_inline]] inline __m256i with_high_bits(__m256i nibbles, __m256i plane, __m256i mask) {
  __m256i bits = plane;
  if constexpr (From < 4) bits = _mm256_slli_epi16(plane, 4 - From);
  if constexpr (From > 4) bits = _mm256_srli_epi16(plane, From - 4);
  return _mm256_or_si256(nibbles, _mm256_and_si256(bits, mask));
}

/// Columns 4V … 4V+3 of a half panel's 8 rows.
template <Quants Kind, int V>
[[gnu::always_inline]] inline __m256i load_quants(const std::byte* at) {
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

template <Quants Stored, class Dot, int Tokens, int... V>
[[gnu::always_inline]] inline void add_group(std::integer_sequence<int, V...>,
                                             const std::byte* panel, const std::byte* activations,
                                             Dot (&dots)[Tokens][2]) {
  (add_columns<Stored, Dot, Tokens, V>(panel, activations, dots), ...);
}

/// 8 rows' factors of one byte; those of SuperWithMinimum fit 6 bits.
__m256 factors(const std::byte* at) {
  return _mm256_cvtepi32_ps(
      _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
}

/// What multiplies a half panel's sums of a group: `second` is the minimum, or for the columns from
/// the 16th on.
struct HalfScales {
  __m256 first;
  __m256 second;
};

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

/// `sum` with a group's products added. `word` is what the tile has for the token, see gemm.h.
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

// See gemm_avx512.cpp; a panel's later passes find it in the second cache.
constexpr std::size_t kAhead = 16384;

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
  // In memory: the registers are for the products.
  alignas(32) float sums[Tokens][2][8] = {};
  for (std::size_t group = 0; group < groups; ++group) {
#pragma GCC unroll 9
    for (std::size_t i = 0; i < kGroupBytes; i += 64) _mm_prefetch(ahead + i, _MM_HINT_T0);
    ahead += kGroupBytes;
    Dot dots[Tokens][2];
    add_group<Stored>(std::make_integer_sequence<int, 8>(), panel, tile + first_token * kGroup,
                      dots);
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
    panel += kQuantBytes;
    scales += kScaleBytes;
    tile += kTileGroupBytes;
  }
  for (int t = 0; t < Tokens; ++t) std::memcpy(out + t * stride, sums[t], sizeof sums[t]);
}

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

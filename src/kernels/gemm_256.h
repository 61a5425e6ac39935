#pragma once

// The panel product in registers of 256 bits, for processors with AVX2 and with AVX-VNNI: half a
// panel, 8 rows, and up to 4 tokens at a time. A variant gives `Dot<Layout>` with
//   void add<I>(__m256i quants, __m256i activations)   4 products a lane, I = 0..7 within the group
//   __m256i low(), high()                              the sums of both halves of the group
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

template <int... V>
[[gnu::always_inline]] inline void add_fifth_bits(std::integer_sequence<int, V...>, __m256i plane,
                                                  __m256i (&quants)[8]) {
  const __m256i mask = _mm256_set1_epi8(0x10);
  ((quants[V] = with_high_bits<V>(quants[V], plane, mask)), ...);
}

template <int... V>
[[gnu::always_inline]] inline void add_two_bits(std::integer_sequence<int, V...>, __m256i first,
                                                __m256i second, __m256i (&quants)[8]) {
  const __m256i mask = _mm256_set1_epi8(0x30);
  ((quants[V] = with_high_bits<V % 4 * 2>(quants[V], V < 4 ? first : second, mask)), ...);
}

template <Quants Kind>
[[gnu::always_inline]] inline void load_quants(const std::byte* at, __m256i (&quants)[8]) {
  if constexpr (Kind == Quants::Bytes) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) quants[i] = load(at + 64 * i);
    return;
  }
  const __m256i low = _mm256_set1_epi8(15);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m256i pair = load(at + 64 * i);
    quants[2 * i] = _mm256_and_si256(pair, low);
    quants[2 * i + 1] = _mm256_and_si256(_mm256_srli_epi16(pair, 4), low);
  }
  constexpr auto kVectors = std::make_integer_sequence<int, 8>();
  if constexpr (Kind == Quants::Five) add_fifth_bits(kVectors, load(at + 256), quants);
  if constexpr (Kind == Quants::Six) add_two_bits(kVectors, load(at + 256), load(at + 320), quants);
}

/// 8 rows' factors of one byte; those of SuperWithMinimum fit 6 bits.
__m256 factors(const std::byte* at) {
  return _mm256_cvtepi32_ps(
      _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
}

// See gemm_avx512.cpp; a panel's later passes find it in the second cache.
constexpr std::size_t kAhead = 16384;

template <class Dot, Scales Kind, Quants Stored, int Tokens>
void half_product(const PanelLayout& layout, const std::byte* panel, std::size_t half,
                  const std::byte* tile, std::size_t groups, std::size_t first_token, float* out,
                  std::size_t stride) {
  constexpr std::size_t kQuantBytes = quant_bytes_of(Stored);
  constexpr std::size_t kScaleBytes = scale_bytes_of(Kind);
  constexpr std::size_t kGroupBytes =
      kQuantBytes + kScaleBytes + super_bytes_of(Kind) / kSuperGroups;
  const auto* ahead = reinterpret_cast<const char*>(panel) + kAhead;
  const std::byte* scales = panel + groups * kQuantBytes;
  const std::byte* super = scales + groups * kScaleBytes + 16 * half;
  scales += is_super(Kind) ? 8 * half : 16 * half;
  __m256 shared = _mm256_setzero_ps();
  __m256 shared_minimum = _mm256_setzero_ps();
  panel += 32 * half;
  __m256 sums[Tokens];
#pragma GCC unroll 4
  for (int t = 0; t < Tokens; ++t) sums[t] = _mm256_setzero_ps();
  for (std::size_t group = 0; group < groups; ++group) {
#pragma GCC unroll 9
    for (std::size_t i = 0; i < kGroupBytes; i += 64) _mm_prefetch(ahead + i, _MM_HINT_T0);
    ahead += kGroupBytes;
    __m256i w[8];
    load_quants<Stored>(panel, w);
    __m256 first;
    __m256 second = _mm256_setzero_ps();
    if constexpr (is_super(Kind)) {
      if (group % kSuperGroups == 0) {
        shared = halfs(super);
        shared_minimum = Kind == Scales::SuperTwo ? shared : halfs(super + 32);
        super += super_bytes_of(Kind);
      }
      first = _mm256_mul_ps(shared, factors(scales));
      second = _mm256_mul_ps(shared_minimum, factors(scales + 16));
    } else {
      first = halfs(scales);
      if constexpr (Kind == Scales::WithMinimum) second = halfs(scales + 32);
    }
    const auto* d = reinterpret_cast<const float*>(tile + kTileColumns * kGroup) + first_token;
    const std::byte* words = tile + kTileColumns * (kGroup + 4) + 4 * first_token;
#pragma GCC unroll 4
    for (int t = 0; t < Tokens; ++t) {
      const std::byte* a = tile + (first_token + t) * kGroup;
      Dot dot;
      dot.template add<0>(w[0], broadcast(a));
      dot.template add<4>(w[4], broadcast(a + 16));
      dot.template add<1>(w[1], broadcast(a + 4));
      dot.template add<5>(w[5], broadcast(a + 20));
      dot.template add<2>(w[2], broadcast(a + 8));
      dot.template add<6>(w[6], broadcast(a + 24));
      dot.template add<3>(w[3], broadcast(a + 12));
      dot.template add<7>(w[7], broadcast(a + 28));
      if constexpr (Kind == Scales::SuperTwo) {
        std::int16_t halves[2];
        std::memcpy(halves, words + 4 * t, 4);
        const __m256i low =
            _mm256_add_epi32(dot.low(), _mm256_set1_epi32(-layout.zero * halves[0]));
        const __m256i high =
            _mm256_add_epi32(dot.high(), _mm256_set1_epi32(-layout.zero * halves[1]));
        __m256 both = _mm256_mul_ps(_mm256_cvtepi32_ps(low), first);
        both = _mm256_fmadd_ps(_mm256_cvtepi32_ps(high), second, both);
        sums[t] = _mm256_fmadd_ps(both, _mm256_set1_ps(d[t]), sums[t]);
      } else {
        __m256i sum = _mm256_add_epi32(dot.low(), dot.high());
        if constexpr (Kind == Scales::Plain && !Dot::kTakesSigned) {
          sum = _mm256_add_epi32(sum, broadcast(words + 4 * t));
        }
        const __m256 scale = _mm256_mul_ps(first, _mm256_set1_ps(d[t]));
        sums[t] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, sums[t]);
      }
      if constexpr (has_minimum(Kind)) {
        sums[t] = _mm256_fmadd_ps(second, _mm256_castsi256_ps(broadcast(words + 4 * t)), sums[t]);
      }
    }
    panel += kQuantBytes;
    scales += kScaleBytes;
    tile += kTileGroupBytes;
  }
#pragma GCC unroll 4
  for (int t = 0; t < Tokens; ++t) {
    _mm256_storeu_ps(out + t * stride + 8 * half, sums[t]);
  }
}

template <class Dot, Scales Kind, Quants Stored>
void panel_times_tile(const PanelLayout& layout, const std::byte* panel, const std::byte* tile,
                      std::size_t groups, std::size_t tokens, float* out, std::size_t stride) {
  for (std::size_t half = 0; half < 2; ++half) {
    std::size_t t = 0;
    for (; t + 4 <= tokens; t += 4) {
      half_product<Dot, Kind, Stored, 4>(layout, panel, half, tile, groups, t, out + t * stride,
                                         stride);
    }
    float* rest = out + t * stride;
    switch (tokens - t) {
      case 3:
        half_product<Dot, Kind, Stored, 3>(layout, panel, half, tile, groups, t, rest, stride);
        break;
      case 2:
        half_product<Dot, Kind, Stored, 2>(layout, panel, half, tile, groups, t, rest, stride);
        break;
      case 1:
        half_product<Dot, Kind, Stored, 1>(layout, panel, half, tile, groups, t, rest, stride);
        break;
      default: break;
    }
  }
}

}  // namespace
}  // namespace pcai::kernels

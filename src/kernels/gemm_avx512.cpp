// AVX-512 with VNNI: a lane is a row. The 16 x 32 quants of a group stay in 8 registers while up to
// 16 tokens pass by, each with its accumulator in a register.
#include <immintrin.h>

#include <cstring>
#include <utility>

#include "kernels/gemm_loop.h"

namespace pcai::kernels {
namespace {

// Weights come from memory or a distant cache, and the processor's own prefetching, which ends at
// each page, does not keep up. Bytes ahead; this runs on into the next panels.
template <int Tokens>
constexpr std::size_t kAhead = Tokens <= 2 ? 16384 : 32768;

__m512i broadcast(const std::byte* four_bytes) {
  int word;
  std::memcpy(&word, four_bytes, 4);
  return _mm512_set1_epi32(word);
}

__m512 halfs(const std::byte* at) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
}

/// Each 16 bits to the left, or to the right where `left` is negative.
template <int Left>
[[gnu::always_inline]] inline __m512i shifted(__m512i bits) {
  if constexpr (Left < 0) return _mm512_srli_epi16(bits, -Left);
  if constexpr (Left == 0) return bits;
  return _mm512_slli_epi16(bits, Left);
}

/// Bits of a plane, from bit `From` of each byte on, above a quant's nibble.
template <int From>
[[gnu::always_inline]] inline __m512i with_high_bits(__m512i nibbles, __m512i plane, __m512i mask) {
  constexpr int kOrAnd = 0xF8;  // a | (b & c)
  return _mm512_ternarylogic_epi64(nibbles, shifted<4 - From>(plane), mask, kOrAnd);
}

template <int... V>
[[gnu::always_inline]] inline void add_fifth_bits(std::integer_sequence<int, V...>, __m512i plane,
                                                  __m512i (&quants)[8]) {
  const __m512i mask = _mm512_set1_epi8(0x10);
  ((quants[V] = with_high_bits<V>(quants[V], plane, mask)), ...);
}

template <int... V>
[[gnu::always_inline]] inline void add_two_bits(std::integer_sequence<int, V...>, __m512i first,
                                                __m512i second, __m512i (&quants)[8]) {
  const __m512i mask = _mm512_set1_epi8(0x30);
  ((quants[V] = with_high_bits<V % 4 * 2>(quants[V], V < 4 ? first : second, mask)), ...);
}

template <Quants Kind>
[[gnu::always_inline]] inline void load_quants(const std::byte* at, __m512i (&quants)[8]) {
  if constexpr (Kind == Quants::Bytes) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) quants[i] = _mm512_loadu_si512(at + 64 * i);
    return;
  }
  const __m512i low = _mm512_set1_epi8(15);
#pragma GCC unroll 4
  for (int i = 0; i < 4; ++i) {
    const __m512i pair = _mm512_loadu_si512(at + 64 * i);
    quants[2 * i] = _mm512_and_si512(pair, low);
    quants[2 * i + 1] = _mm512_and_si512(_mm512_srli_epi16(pair, 4), low);
  }
  constexpr auto kVectors = std::make_integer_sequence<int, 8>();
  if constexpr (Kind == Quants::Five) {
    add_fifth_bits(kVectors, _mm512_loadu_si512(at + 256), quants);
  }
  if constexpr (Kind == Quants::Six) {
    add_two_bits(kVectors, _mm512_loadu_si512(at + 256), _mm512_loadu_si512(at + 320), quants);
  }
}

/// 16 rows' factors of one byte; those of SuperWithMinimum fit 6 bits.
__m512 factors(const std::byte* at) {
  return _mm512_cvtepi32_ps(
      _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))));
}

template <Scales Kind, Quants Stored, int Tokens>
void product(const PanelLayout& layout, const std::byte* panel, const std::byte* tile,
             std::size_t groups, float* out, std::size_t stride) {
  constexpr std::size_t kQuantBytes = quant_bytes_of(Stored);
  constexpr std::size_t kScaleBytes = scale_bytes_of(Kind);
  constexpr std::size_t kGroupBytes =
      kQuantBytes + kScaleBytes + super_bytes_of(Kind) / kSuperGroups;
  const std::byte* scales = panel + groups * kQuantBytes;
  const std::byte* super = scales + groups * kScaleBytes;
  __m512 shared = _mm512_setzero_ps();
  __m512 shared_minimum = _mm512_setzero_ps();
  const int zero = -layout.zero;
  __m512 sums[Tokens];
#pragma GCC unroll 16
  for (int t = 0; t < Tokens; ++t) sums[t] = _mm512_setzero_ps();
  const auto* ahead = reinterpret_cast<const char*>(panel) + kAhead<Tokens>;
  for (std::size_t group = 0; group < groups; ++group) {
#pragma GCC unroll 9
    for (std::size_t i = 0; i < kGroupBytes; i += 64) _mm_prefetch(ahead + i, _MM_HINT_T0);
    ahead += kGroupBytes;
    __m512i w[8];
    load_quants<Stored>(panel, w);
    __m512 first;
    __m512 second = _mm512_setzero_ps();
    if constexpr (is_super(Kind)) {
      if (group % kSuperGroups == 0) {
        shared = halfs(super);
        shared_minimum = Kind == Scales::SuperTwo ? shared : halfs(super + 32);
        super += super_bytes_of(Kind);
      }
      first = _mm512_mul_ps(shared, factors(scales));
      second = _mm512_mul_ps(shared_minimum, factors(scales + 16));
    } else {
      first = halfs(scales);
      if constexpr (Kind == Scales::WithMinimum) second = halfs(scales + 32);
    }
    const auto* d = reinterpret_cast<const float*>(tile + kTileColumns * kGroup);
    const std::byte* words = tile + kTileColumns * (kGroup + 4);
#pragma GCC unroll 16
    for (int t = 0; t < Tokens; ++t) {
      const std::byte* a = tile + t * kGroup;
      __m512i low = _mm512_setzero_si512();
      __m512i high = _mm512_setzero_si512();
      if constexpr (Kind == Scales::Plain) low = broadcast(words + 4 * t);
      if constexpr (Kind == Scales::SuperTwo) {
        std::int16_t halves[2];
        std::memcpy(halves, words + 4 * t, 4);
        low = _mm512_set1_epi32(zero * halves[0]);
        high = _mm512_set1_epi32(zero * halves[1]);
      }
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        low = _mm512_dpbusd_epi32(low, w[i], broadcast(a + 4 * i));
        high = _mm512_dpbusd_epi32(high, w[4 + i], broadcast(a + 16 + 4 * i));
      }
      if constexpr (Kind == Scales::SuperTwo) {
        __m512 both = _mm512_mul_ps(_mm512_cvtepi32_ps(low), first);
        both = _mm512_fmadd_ps(_mm512_cvtepi32_ps(high), second, both);
        sums[t] = _mm512_fmadd_ps(both, _mm512_set1_ps(d[t]), sums[t]);
      } else {
        const __m512 scale = _mm512_mul_ps(first, _mm512_set1_ps(d[t]));
        sums[t] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_add_epi32(low, high)), scale, sums[t]);
      }
      if constexpr (has_minimum(Kind)) {
        sums[t] = _mm512_fmadd_ps(second, _mm512_castsi512_ps(broadcast(words + 4 * t)), sums[t]);
      }
    }
    panel += kQuantBytes;
    scales += kScaleBytes;
    tile += kTileGroupBytes;
  }
#pragma GCC unroll 16
  for (int t = 0; t < Tokens; ++t) {
    _mm512_storeu_ps(out + t * stride, sums[t]);
  }
}

template <Scales Kind, Quants Stored, int... Less>
void choose(std::integer_sequence<int, Less...>, const PanelLayout& layout, const std::byte* panel,
            const std::byte* tile, std::size_t groups, std::size_t tokens, float* out,
            std::size_t stride) {
  static constexpr decltype(&product<Kind, Stored, 1>) kByTokens[] = {
      product<Kind, Stored, Less + 1>...};
  kByTokens[tokens - 1](layout, panel, tile, groups, out, stride);
}

template <Scales Kind, Quants Stored>
void panel_times_tile(const PanelLayout& layout, const std::byte* panel, const std::byte* tile,
                      std::size_t groups, std::size_t tokens, float* out, std::size_t stride) {
  choose<Kind, Stored>(std::make_integer_sequence<int, kTileColumns>(), layout, panel, tile, groups,
                       tokens, out, stride);
}

template <Scales Kind, Quants Stored>
struct Product {
  static constexpr PanelTimesTile kFunction = panel_times_tile<Kind, Stored>;
};

}  // namespace

void pack_tile_avx512(const PackTile& task, std::size_t begin, std::size_t end) {
  const bool halves = task.layout.scales == Scales::SuperTwo;
  for (std::size_t group = begin; group < end; ++group) {
    std::byte* out = task.tile + group * kTileGroupBytes;
    auto* d = reinterpret_cast<float*>(out + kTileColumns * kGroup);
    std::byte* words = out + kTileColumns * (kGroup + 4);
    for (std::size_t t = 0; t < task.count; ++t) {
      const float* x = task.tokens + t * task.stride + group * kGroup;
      const __m512 x0 = _mm512_loadu_ps(x);
      const __m512 x1 = _mm512_loadu_ps(x + 16);
      const float largest =
          _mm512_reduce_max_ps(_mm512_max_ps(_mm512_abs_ps(x0), _mm512_abs_ps(x1)));
      const __m512 inverse = _mm512_set1_ps(largest > 0 ? 127.0F / largest : 0.0F);
      const __m512i q0 = _mm512_cvtps_epi32(_mm512_mul_ps(x0, inverse));
      const __m512i q1 = _mm512_cvtps_epi32(_mm512_mul_ps(x1, inverse));
      auto* quants = reinterpret_cast<__m128i*>(out + t * kGroup);
      _mm_storeu_si128(quants, _mm512_cvtepi32_epi8(q0));
      _mm_storeu_si128(quants + 1, _mm512_cvtepi32_epi8(q1));
      d[t] = largest / 127.0F;
      const int low = _mm512_reduce_add_epi32(halves ? q0 : _mm512_add_epi32(q0, q1));
      const int high = halves ? _mm512_reduce_add_epi32(q1) : 0;
      store_correction(task.layout, d[t], low, high, words + 4 * t);
    }
  }
}

void multiply_avx512(const Multiply& task, std::size_t first_panel, std::size_t last_panel) {
  for_each_panel_and_tile(task, first_panel, last_panel, product_for<Product>(task.layout));
}

}  // namespace pcai::kernels

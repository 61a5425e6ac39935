// AVX2: vpmaddubsw adds pairs of products in 16 bits, which must not overflow. So how many of its
// results are added up before they are widened depends on the largest quant.
#include "kernels/gemm_256.h"

namespace pcai::kernels {
namespace {

__m256i widen(__m256i pairs) {
  return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/// Quants up to 31: 4 * 2 * 31 * 127 fits 16 bits.
class SmallDot {
 public:
  static constexpr int kTokens = 4;
  static constexpr bool kTakesSigned = false;

  template <int V>
  void add(__m256i quants, __m256i activations) {
    pairs_[V / 4] = _mm256_add_epi16(pairs_[V / 4], _mm256_maddubs_epi16(quants, activations));
  }
  __m256i sum() const { return _mm256_add_epi32(widen(pairs_[0]), widen(pairs_[1])); }

 private:
  __m256i pairs_[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
};

/// Quants up to 63: 2 * 2 * 63 * 127 fits 16 bits.
class SixBitDot {
 public:
  static constexpr int kTokens = 4;
  [[maybe_unused]] static constexpr bool kTakesSigned = false;

  template <int V>
  void add(__m256i quants, __m256i activations) {
    const __m256i pairs = _mm256_maddubs_epi16(quants, activations);
    if constexpr (V % 2 == 0) {
      pairs_ = pairs;
    } else {
      sums_[V / 4] = _mm256_add_epi32(sums_[V / 4], widen(_mm256_add_epi16(pairs_, pairs)));
    }
  }
  __m256i low() const { return sums_[0]; }
  __m256i high() const { return sums_[1]; }

 private:
  __m256i pairs_;
  __m256i sums_[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
};

/// Quants of 8 bits: taken as the signed numbers that they stand for, the sign moved to the
/// activation. 2 * 128 * 127 fits 16 bits; the zero point is gone with it.
class SignedDot {
 public:
  static constexpr int kTokens = 4;
  static constexpr bool kTakesSigned = true;

  template <int V>
  void add(__m256i quants, __m256i activations) {
    const __m256i weights = _mm256_xor_si256(quants, _mm256_set1_epi8(-128));
    const __m256i pairs =
        _mm256_maddubs_epi16(_mm256_abs_epi8(weights), _mm256_sign_epi8(activations, weights));
    sum_ = _mm256_add_epi32(sum_, widen(pairs));
  }
  __m256i sum() const { return sum_; }

 private:
  __m256i sum_ = _mm256_setzero_si256();
};

template <Scales Kind, Quants Stored>
struct Product {
  using Wide = std::conditional_t<Stored == Quants::Six, SixBitDot, SignedDot>;
  using Dot = std::conditional_t<Stored == Quants::Six || Stored == Quants::Bytes, Wide, SmallDot>;
  static constexpr PanelTimesTile kFunction = panel_times_tile<Dot, Kind, Stored>;
};

float largest_of(__m256 x) {
  __m128 m = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  m = _mm_max_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
}

int sum_of(__m256i x) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xB1)));
}

}  // namespace

void pack_tile_avx2(const PackTile& task, std::size_t begin, std::size_t end) {
  const __m256 sign = _mm256_set1_ps(-0.0F);
  for (std::size_t group = begin; group < end; ++group) {
    std::byte* out = task.tile + group * kTileGroupBytes;
    auto* d = reinterpret_cast<float*>(out + kTileColumns * kGroup);
    std::byte* words = out + kTileColumns * (kGroup + 4);
    for (std::size_t t = 0; t < task.count; ++t) {
      const float* x = task.tokens + t * task.stride + group * kGroup;
      __m256 v[4];
      __m256 most = _mm256_setzero_ps();
      for (int i = 0; i < 4; ++i) {
        v[i] = _mm256_loadu_ps(x + 8 * i);
        most = _mm256_max_ps(most, _mm256_andnot_ps(sign, v[i]));
      }
      const float largest = largest_of(most);
      const __m256 inverse = _mm256_set1_ps(largest > 0 ? 127.0F / largest : 0.0F);
      __m256i q[4];
      for (int i = 0; i < 4; ++i) q[i] = _mm256_cvtps_epi32(_mm256_mul_ps(v[i], inverse));
      const __m256i packed =
          _mm256_packs_epi16(_mm256_packs_epi32(q[0], q[1]), _mm256_packs_epi32(q[2], q[3]));
      const __m256i in_order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + t * kGroup),
                          _mm256_permutevar8x32_epi32(packed, in_order));
      d[t] = largest / 127.0F;
      store_correction(task.layout, d[t], sum_of(_mm256_add_epi32(q[0], q[1])),
                       sum_of(_mm256_add_epi32(q[2], q[3])), words + 4 * t);
    }
  }
}

void multiply_avx2(const Multiply& task, std::size_t first_panel, std::size_t last_panel) {
  for_each_panel_and_tile(task, first_panel, last_panel, product_for<Product>(task.layout));
}

}  // namespace pcai::kernels

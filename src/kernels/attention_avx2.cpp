#include <immintrin.h>

#include "kernels/attention_few.h"

namespace pcai::kernels {
namespace {

struct Vector {
  static constexpr std::size_t kLanes = 8;
  static constexpr int kColumns = 4;  // of a block in registers, beside 3 vectors of rows
  static constexpr int kFewSums = 8;  // in registers, beside what is added

  __m256 v;

  static Vector load(const float* at) { return {_mm256_loadu_ps(at)}; }
  static Vector broadcast(float value) { return {_mm256_set1_ps(value)}; }
  static Vector zero() { return {_mm256_setzero_ps()}; }
  static Vector from_half(const std::byte* at) {
    return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)))};
  }
  static Vector from_bfloat(const std::byte* at) {
    const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16))};
  }
  void store(float* at) const { _mm256_storeu_ps(at, v); }
};

Vector fma(Vector a, Vector b, Vector c) {
  return {_mm256_fmadd_ps(a.v, b.v, c.v)};
}
Vector max(Vector a, Vector b) {
  return {_mm256_max_ps(a.v, b.v)};
}
Vector min(Vector a, Vector b) {
  return {_mm256_min_ps(a.v, b.v)};
}
Vector rounded(Vector a) {
  return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
Vector scaled(Vector p, Vector n) {
  const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(n.v), 23);
  return {_mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(p.v), exponent))};
}
Vector select(std::uint64_t bits, Vector a, Vector b) {
  const __m256i lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  const __m256i word = _mm256_set1_epi32(static_cast<int>(bits & 0xFF));
  const __m256i set = _mm256_cmpeq_epi32(_mm256_and_si256(word, lane), lane);
  return {_mm256_blendv_ps(b.v, a.v, _mm256_castsi256_ps(set))};
}

/// Element j of vector i becomes element i of vector j.
[[gnu::always_inline]] inline void transpose(Vector (&x)[8]) {
  __m256 a[8];
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    a[i] = _mm256_unpacklo_ps(x[i].v, x[i + 1].v);
    a[i + 1] = _mm256_unpackhi_ps(x[i].v, x[i + 1].v);
  }
  __m256 b[8];  // b[4 * i + j]: columns j and 4 + j of vectors 4 * i to 4 * i + 3
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
    b[i] = _mm256_shuffle_ps(a[i], a[i + 2], 0x44);
    b[i + 1] = _mm256_shuffle_ps(a[i], a[i + 2], 0xEE);
    b[i + 2] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0x44);
    b[i + 3] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0xEE);
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    x[j].v = _mm256_permute2f128_ps(b[j], b[4 + j], 0x20);
    x[4 + j].v = _mm256_permute2f128_ps(b[j], b[4 + j], 0x31);
  }
}

}  // namespace

void attend_avx2(const Attention& task) {
  attend<Vector>(task);
}

void gate_avx2(Gate gate, const float* x, const float* y, float* out, std::size_t count) {
  gate_all<Vector>(gate, x, y, out, count);
}

}  // namespace pcai::kernels

#include <immintrin.h>

#include "kernels/attention_few.h"

namespace pcai::kernels {
namespace {

struct Vector {
  static constexpr std::size_t kLanes = 16;
  static constexpr int kColumns = 8;   // of a block in registers, beside 3 vectors of rows
  static constexpr int kFewSums = 16;  // in registers, beside what is added

  __m512 v;

  static Vector load(const float* at) { return {_mm512_loadu_ps(at)}; }
  static Vector broadcast(float value) { return {_mm512_set1_ps(value)}; }
  static Vector zero() { return {_mm512_setzero_ps()}; }
  static Vector from_half(const std::byte* at) {
    return {_mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)))};
  }
  static Vector from_bfloat(const std::byte* at) {
    const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16))};
  }
  void store(float* at) const { _mm512_storeu_ps(at, v); }
};

Vector fma(Vector a, Vector b, Vector c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
Vector max(Vector a, Vector b) {
  return {_mm512_max_ps(a.v, b.v)};
}
Vector min(Vector a, Vector b) {
  return {_mm512_min_ps(a.v, b.v)};
}
Vector rounded(Vector a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
Vector scaled(Vector p, Vector n) {
  const __m512i exponent = _mm512_slli_epi32(_mm512_cvtps_epi32(n.v), 23);
  return {_mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(p.v), exponent))};
}
Vector select(std::uint64_t bits, Vector a, Vector b) {
  return {_mm512_mask_blend_ps(static_cast<__mmask16>(bits), b.v, a.v)};
}

/// Element j of vector i becomes element i of vector j.
[[gnu::always_inline]] inline void transpose(Vector (&x)[16]) {
  __m512 a[16];
#pragma GCC unroll 8
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_ps(x[i].v, x[i + 1].v);
    a[i + 1] = _mm512_unpackhi_ps(x[i].v, x[i + 1].v);
  }
  __m512 b[16];  // b[4 * i + j]: column 4 * lane + j of vectors 4 * i to 4 * i + 3
#pragma GCC unroll 4
  for (int i = 0; i < 16; i += 4) {
    const __m512d low = _mm512_castps_pd(a[i]);
    const __m512d high = _mm512_castps_pd(a[i + 1]);
    const __m512d next_low = _mm512_castps_pd(a[i + 2]);
    const __m512d next_high = _mm512_castps_pd(a[i + 3]);
    b[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(low, next_low));
    b[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low, next_low));
    b[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high, next_high));
    b[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high, next_high));
  }
#pragma GCC unroll 4
  for (int j = 0; j < 4; ++j) {
    const __m512 even_top = _mm512_shuffle_f32x4(b[j], b[4 + j], 0x88);
    const __m512 odd_top = _mm512_shuffle_f32x4(b[j], b[4 + j], 0xDD);
    const __m512 even_end = _mm512_shuffle_f32x4(b[8 + j], b[12 + j], 0x88);
    const __m512 odd_end = _mm512_shuffle_f32x4(b[8 + j], b[12 + j], 0xDD);
    x[j].v = _mm512_shuffle_f32x4(even_top, even_end, 0x88);
    x[8 + j].v = _mm512_shuffle_f32x4(even_top, even_end, 0xDD);
    x[4 + j].v = _mm512_shuffle_f32x4(odd_top, odd_end, 0x88);
    x[12 + j].v = _mm512_shuffle_f32x4(odd_top, odd_end, 0xDD);
  }
}

}  // namespace

void attend_avx512(const Attention& task) {
  attend<Vector>(task);
}

void gate_avx512(Gate gate, const float* x, const float* y, float* out, std::size_t count) {
  gate_all<Vector>(gate, x, y, out, count);
}

}  // namespace pcai::kernels

#include <immintrin.h>

#include "kernels/attention_rows.h"

namespace pcai::kernels {
namespace {

struct Vector {
  static constexpr std::size_t kLanes = 16;
  static constexpr int kColumns = 8;  // of a block in registers, beside 3 vectors of rows

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

Vector operator+(Vector a, Vector b) {
  return {_mm512_add_ps(a.v, b.v)};
}
Vector operator-(Vector a, Vector b) {
  return {_mm512_sub_ps(a.v, b.v)};
}
Vector operator*(Vector a, Vector b) {
  return {_mm512_mul_ps(a.v, b.v)};
}
Vector operator/(Vector a, Vector b) {
  return {_mm512_div_ps(a.v, b.v)};
}
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

}  // namespace

void attend_avx512(const Attention& task) {
  if (task.cell_count == 0) return attend_oracle(task);
  attend_rows<Vector>(task);
}

void gate_avx512(Gate gate, const float* x, const float* y, float* out, std::size_t count) {
  gate_all<Vector>(gate, x, y, out, count);
}

}  // namespace pcai::kernels

#pragma once

// The mathematics that the variants of attention and gates share. It is written for a vector type V
// of floats, which the including .cpp file defines:
//   v                        the register: __m256 or __m512
//   kLanes                   floats in a vector: 8 or 16
//   kColumns, kFewSums       how many sums fit the registers, see attention_rows.h, attention_few.h
//   load(at), store(at)      need no alignment
//   broadcast(x), zero()     the same float in each lane
//   from_half(at)            kLanes halfs as floats, exact; from_bfloat(at) likewise
//   fma(a, b, c)             a * b + c, rounded once
//   max(a, b), min(a, b)     lane by lane; b where a or b is a NaN
//   rounded(a)               to the nearest whole number, ties to even
//   scaled(p, n)             p * 2^n for a whole n, by adding to the exponent; p and the result
//   normal select(bits, a, b)       lane i from a if bit i is set, else from b
// Each function performs the oracle's operations (attention_oracle.cpp) in the same order.
#include "kernels/exponential.h"

namespace pcai::kernels {
namespace {

/// A vector type as described above. GCC and Clang have the operators for registers of floats; each
/// rounds once, lane by lane, as the operation on single floats does.
template <class V>
concept Floats = requires {
  V::kLanes;
};

template <Floats V>
[[gnu::always_inline]] inline V operator+(V a, V b) {
  return {a.v + b.v};
}
template <Floats V>
[[gnu::always_inline]] inline V operator-(V a, V b) {
  return {a.v - b.v};
}
template <Floats V>
[[gnu::always_inline]] inline V operator*(V a, V b) {
  return {a.v * b.v};
}
template <Floats V>
[[gnu::always_inline]] inline V operator/(V a, V b) {
  return {a.v / b.v};
}

/// e^x for each lane; exponential.h has the formula and its limits.
template <class V>
[[gnu::always_inline]] inline V exp_of(V x) {
  using namespace exponential;
  x = max(x, V::broadcast(kMin));
  x = min(x, V::broadcast(kMax));
  const V n = rounded(x * V::broadcast(kLog2E));
  const V minus_n = V::zero() - n;
  V r = fma(minus_n, V::broadcast(kLn2High), x);
  r = fma(minus_n, V::broadcast(kLn2Low), r);
  V p = V::broadcast(kPolynomial[0]);
#pragma GCC unroll 5
  for (int i = 1; i < 6; ++i) p = fma(p, r, V::broadcast(kPolynomial[i]));
  p = fma(p, r * r, r) + V::broadcast(1.0F);
  return scaled(p, n);
}

/// cap * tanh(score / cap), by way of e^(2 * score / cap); `score` itself if `cap` is 0.
template <class V>
[[gnu::always_inline]] inline V capped(V score, float cap) {
  if (cap == 0) return score;
  const V one = V::broadcast(1.0F);
  const V two = V::broadcast(2.0F);
  const V e = exp_of(two * (score / V::broadcast(cap)));
  return V::broadcast(cap) * (one - two / (e + one));
}

/// gate(x) * y for each lane.
template <class V>
[[gnu::always_inline]] inline V gated(Gate gate, V x, V y) {
  using namespace exponential;
  const V one = V::broadcast(1.0F);
  V u = x;
  if (gate == Gate::Gelu) {
    u = V::broadcast(kGeluSlope) * x * fma(x * x, V::broadcast(kGeluCube), one);
  }
  return x / (one + exp_of(V::zero() - u)) * y;
}

/// A GateFunction for V. The oracle computes the elements that do not fill a vector.
template <class V>
void gate_all(Gate gate, const float* x, const float* y, float* out, std::size_t count) {
  std::size_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    gated(gate, V::load(x + i), V::load(y + i)).store(out + i);
  }
  if (i < count) gate_oracle(gate, x + i, y + i, out + i, count - i);
}

}  // namespace
}  // namespace pcai::kernels

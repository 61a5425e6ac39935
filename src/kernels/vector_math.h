#pragma once

// What the variants of attention and gates share, for a vector type V of the including file:
//   kLanes; load, store, broadcast, zero; +, -, *, /; fma(a, b, c) = a * b + c; max, min;
//   from_half, from_bfloat; scaled(p, n) = p * 2^n for a whole n; rounded; select(bits, a, b)
//   takes lane i from a where bit i is set.
#include "kernels/exponential.h"

namespace pcai::kernels {
namespace {

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

template <class V>
[[gnu::always_inline]] inline V capped(V score, float cap) {
  if (cap == 0) return score;
  const V one = V::broadcast(1.0F);
  const V two = V::broadcast(2.0F);
  const V e = exp_of(two * (score / V::broadcast(cap)));
  return V::broadcast(cap) * (one - two / (e + one));
}

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

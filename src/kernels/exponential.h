#pragma once

namespace pcai::kernels::exponential {

// The constants of e^x, which the oracle and every variant use with the same operations in the same
// order, so that they give the same bits. The method is Cephes' expf (netlib.org/cephes):
//   n = round(x * log2(e)),  r = x - n * ln(2),  e^x = 2^n * e^r
//   e^r = 1 + r + r^2 * p(r), p of degree 5, highest power first
// The largest error is about one unit in the last place. Each x is clamped to kMin … kMax, in which
// 2^n is a normal float; so e^-infinity is about 4e-38, not 0, and the callers mask hidden cells.
inline constexpr float kMin = -86.0F;
inline constexpr float kMax = 86.0F;
// ln(2) in two parts: the high one has few bits, so that n * kLn2High is exact.
inline constexpr float kLog2E = 1.44269504F;
inline constexpr float kLn2High = 0.693359375F;
inline constexpr float kLn2Low = -2.12194440e-4F;
inline constexpr float kPolynomial[] = {1.9875691500e-4F, 1.3981999507e-3F, 8.3334519073e-3F,
                                        4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F};

// The tanh formula of GELU (Hendrycks and Gimpel, arXiv:1606.08415), written with a sigmoid:
//   gelu(x) = x * sigmoid(kGeluSlope * x * (1 + kGeluCube * x * x)), kGeluSlope = 2 * sqrt(2 / pi)
inline constexpr float kGeluSlope = 1.5957691216F;
inline constexpr float kGeluCube = 0.044715F;

}  // namespace pcai::kernels::exponential

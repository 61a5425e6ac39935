#pragma once

namespace pcai::kernels::exponential {

// e^x = 2^n * e^r with n = round(x * log2(e)); e^r by a polynomial. The largest error is about one
// unit in the last place; x is held where 2^n is a normal number.
inline constexpr float kMin = -86.0F;
inline constexpr float kMax = 86.0F;
inline constexpr float kLog2E = 1.44269504F;
inline constexpr float kLn2High = 0.693359375F;
inline constexpr float kLn2Low = -2.12194440e-4F;
inline constexpr float kPolynomial[] = {1.9875691500e-4F, 1.3981999507e-3F, 8.3334519073e-3F,
                                        4.1665795894e-2F, 1.6666665459e-1F, 5.0000001201e-1F};

// gelu(x) = x * sigmoid(kGeluSlope * x * (1 + kGeluCube * x * x))
inline constexpr float kGeluSlope = 1.5957691216F;
inline constexpr float kGeluCube = 0.044715F;

}  // namespace pcai::kernels::exponential

#pragma once

#include <bit>
#include <cstdint>

namespace pcai::kernels {

/// IEEE 754 half precision to float. Every half has an exact float, subnormals and infinity
/// included; a NaN stays one. Needs no F16C, so the oracle runs on every processor.
inline float from_half(std::uint16_t half) noexcept {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t fraction = half & 0x3FFU;
  // Zero or subnormal: fraction * 2^-24, which a float holds exactly.
  if (exponent == 0) {
    const float value = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -value : value;
  }
  // The exponent's bias changes from 15 to 127. Infinity and NaN keep all exponent bits set.
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

/// Float to IEEE 754 half precision, rounded to nearest, ties to even. What is too large becomes
/// infinity, what is too small a subnormal or 0 of the same sign; a NaN becomes the quiet NaN.
inline std::uint16_t to_half(float value) noexcept {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  // A NaN; then all that rounds to more than 65504, the largest half; then what is below 2^-14.
  if (magnitude > 0x7F800000U) return static_cast<std::uint16_t>(sign | 0x7E00U);
  if (magnitude >= 0x477FF000U) return static_cast<std::uint16_t>(sign | 0x7C00U);
  if (magnitude < 0x38800000U) {
    // Adding 0.5 leaves the subnormal's bits at the end of the sum, rounded by the addition.
    const float sum = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(sum) - 0x3F000000U));
  }
  // The exponent's bias changes from 127 to 15. 0xFFF + odd rounds the 13 bits that are dropped.
  const std::uint32_t odd = (magnitude >> 13) & 1U;
  return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000U + 0xFFFU + odd) >> 13));
}

}  // namespace pcai::kernels

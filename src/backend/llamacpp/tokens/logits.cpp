#include "backend/llamacpp/tokens/logits.h"

#include <bit>
#include <cstdint>

namespace pcai::backend::llamacpp {

Status check_logits(std::span<const float> logits) {
  // Without branches, so that the compiler takes several at a time.
  constexpr std::uint32_t kInfinity = 0x7F800000;
  constexpr std::uint32_t kMinusInfinity = 0xFF800000;
  std::uint32_t bad = 0;
  std::uint32_t finite = 0;
  for (const float logit : logits) {
    const auto bits = std::bit_cast<std::uint32_t>(logit);
    const auto is_finite = static_cast<std::uint32_t>((bits & kInfinity) != kInfinity);
    finite |= is_finite;
    bad |= (is_finite ^ 1U) & static_cast<std::uint32_t>(bits != kMinusInfinity);
  }
  if (bad == 0 && finite != 0) return {};
  return fail(
      ErrorCode::Internal,
      "the model computed NaN or infinite logits, so it cannot go on; its file may be damaged, "
      "or its numbers too large for their type: take another file or quantization of it");
}

}  // namespace pcai::backend::llamacpp

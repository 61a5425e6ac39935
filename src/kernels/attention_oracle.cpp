#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/attention.h"
#include "kernels/exponential.h"
#include "kernels/half.h"

namespace pcai::kernels {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity();

float exp_of(float x) {
  using namespace exponential;
  x = x > kMin ? x : kMin;
  x = x < kMax ? x : kMax;
  const float n = std::nearbyint(x * kLog2E);
  float r = std::fma(-n, kLn2High, x);
  r = std::fma(-n, kLn2Low, r);
  float p = kPolynomial[0];
  for (std::size_t i = 1; i < std::size(kPolynomial); ++i) p = std::fma(p, r, kPolynomial[i]);
  p = std::fma(p, r * r, r) + 1.0F;
  const auto bits = std::bit_cast<std::int32_t>(p) + static_cast<std::int32_t>(n) * (1 << 23);
  return std::bit_cast<float>(bits);
}

float capped(float score, float cap) {
  if (cap == 0) return score;
  const float e = exp_of(2 * (score / cap));
  return cap * (1.0F - 2.0F / (e + 1.0F));
}

float element(const std::byte* at, std::size_t i, CacheType type) {
  std::uint16_t bits;
  std::memcpy(&bits, at + i * 2, 2);
  if (type == CacheType::Half) return from_half(bits);
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

}  // namespace

void attend_oracle(const Attention& task) {
  for (std::size_t row = 0; row < task.rows; ++row) {
    std::vector<std::size_t> cells;
    std::vector<float> scores;
    float most = task.sinks != nullptr ? task.sinks[row] : kNone;
    for (std::size_t i = 0; i < task.cell_count; ++i) {
      if ((task.visible[i] >> row & 1) == 0) continue;
      const std::byte* key = task.keys + task.cells[i] * task.key_stride;
      float score = 0;
      for (std::size_t d = 0; d < task.key_size; ++d) {
        score = std::fma(element(key, d, task.type), task.queries[row][d] * task.scale, score);
      }
      score = capped(score, task.cap);
      most = score > most ? score : most;
      cells.push_back(task.cells[i]);
      scores.push_back(score);
    }
    std::vector<float> sums(task.value_size, 0.0F);
    float total = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const float p = exp_of(scores[i] - most);
      const std::byte* value = task.values + cells[i] * task.value_stride;
      total += p;
      for (std::size_t d = 0; d < task.value_size; ++d) {
        sums[d] = std::fma(element(value, d, task.type), p, sums[d]);
      }
    }
    if (task.sinks != nullptr) total += exp_of(task.sinks[row] - most);
    const float inverse = total > 0 ? 1.0F / total : 0.0F;
    for (std::size_t d = 0; d < task.value_size; ++d) task.out[row][d] = sums[d] * inverse;
  }
}

void gate_oracle(Gate gate, const float* x, const float* y, float* out, std::size_t count) {
  using namespace exponential;
  for (std::size_t i = 0; i < count; ++i) {
    const float v = x[i];
    const float u = gate == Gate::Silu ? v : kGeluSlope * v * std::fma(v * v, kGeluCube, 1.0F);
    out[i] = v / (1.0F + exp_of(-u)) * y[i];
  }
}

}  // namespace pcai::kernels

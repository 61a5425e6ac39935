#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/gemm.h"
#include "kernels/half.h"

namespace pcai::kernels {
namespace {

template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof(T));
  return value;
}

int quant_of(const PanelLayout& layout, const std::byte* quants, std::size_t row, std::size_t i) {
  const std::size_t vector = i / 4;
  const std::byte* lane = quants + row * 4 + i % 4;
  if (layout.quants == Quants::Bytes) return load<std::uint8_t>(lane + vector * 64);
  const int pair = load<std::uint8_t>(lane + vector / 2 * 64);
  const int low = vector % 2 == 0 ? pair & 15 : pair >> 4;
  if (layout.quants == Quants::Five) {
    return low | ((load<std::uint8_t>(lane + 256) >> vector) & 1) << 4;
  }
  if (layout.quants == Quants::Six) {
    const int plane = load<std::uint8_t>(lane + 256 + vector / 4 * 64);
    return low | ((plane >> (2 * (vector % 4))) & 3) << 4;
  }
  return low;
}

float half_at(const std::byte* halfs, std::size_t index) {
  return from_half(load<std::uint16_t>(halfs + index * 2));
}

float factor_at(const std::byte* factors, std::size_t index) {
  return static_cast<float>(load<std::int8_t>(factors + index));
}

/// A row's scale in a group and its minimum, or its scales in both halves; 0 where there is none.
struct RowScales {
  float first;
  float second;
};
RowScales scales_of(Scales kind, const std::byte* scales, const std::byte* super, std::size_t row) {
  switch (kind) {
    case Scales::Plain: return {half_at(scales, row), 0};
    case Scales::WithMinimum: return {half_at(scales, row), half_at(scales, 16 + row)};
    case Scales::SuperWithMinimum:
      return {half_at(super, row) * factor_at(scales, row),
              half_at(super, 16 + row) * factor_at(scales, 16 + row)};
    case Scales::SuperTwo:
      return {half_at(super, row) * factor_at(scales, row),
              half_at(super, row) * factor_at(scales, 16 + row)};
  }
  return {};
}

/// Adds what one group contributes.
float add_group(const PanelLayout& layout, const std::byte* quants, RowScales scales,
                const std::byte* tile, std::size_t row, std::size_t token, float sum) {
  int half[2] = {0, 0};
  int activations = 0;
  for (std::size_t i = 0; i < kGroup; ++i) {
    const int a = load<std::int8_t>(tile + token * kGroup + i);
    half[i / 16] += (quant_of(layout, quants, row, i) - layout.zero) * a;
    activations += a;
  }
  const float d = load<float>(tile + kTileColumns * kGroup + token * 4);
  if (layout.scales == Scales::SuperTwo) {
    const float both = std::fma(static_cast<float>(half[1]), scales.second,
                                static_cast<float>(half[0]) * scales.first);
    return std::fma(both, d, sum);
  }
  sum = std::fma(static_cast<float>(half[0] + half[1]), scales.first * d, sum);
  if (layout.scales == Scales::Plain) return sum;
  return std::fma(scales.second, d * static_cast<float>(activations), sum);
}

}  // namespace

void pack_tile_oracle(const PackTile& task, std::size_t begin, std::size_t end) {
  for (std::size_t group = begin; group < end; ++group) {
    std::byte* out = task.tile + group * kTileGroupBytes;
    for (std::size_t token = 0; token < task.count; ++token) {
      const float* x = task.tokens + token * task.stride + group * kGroup;
      float largest = 0;
      for (std::size_t i = 0; i < kGroup; ++i) largest = std::max(largest, std::fabs(x[i]));
      const float inverse = largest > 0 ? 127.0F / largest : 0.0F;
      int half[2] = {0, 0};
      for (std::size_t i = 0; i < kGroup; ++i) {
        const int q = static_cast<int>(std::nearbyint(x[i] * inverse));
        out[token * kGroup + i] = static_cast<std::byte>(q);
        half[i / 16] += q;
      }
      const float scale = largest / 127.0F;
      std::byte* words = out + kTileColumns * kGroup;
      std::memcpy(words + token * 4, &scale, 4);
      words += kTileColumns * 4;
      if (has_minimum(task.layout.scales)) {
        const float sum = scale * static_cast<float>(half[0] + half[1]);
        std::memcpy(words + token * 4, &sum, 4);
      } else if (task.layout.scales == Scales::Plain) {
        const int sum = -task.layout.zero * (half[0] + half[1]);
        std::memcpy(words + token * 4, &sum, 4);
      } else {
        const std::int16_t sums[2] = {static_cast<std::int16_t>(half[0]),
                                      static_cast<std::int16_t>(half[1])};
        std::memcpy(words + token * 4, sums, 4);
      }
    }
  }
}

void multiply_oracle(const Multiply& task, std::size_t first_panel, std::size_t last_panel) {
  const PanelLayout& layout = task.layout;
  const std::size_t groups = task.columns / kGroup;
  for (std::size_t panel = first_panel; panel < last_panel; ++panel) {
    const std::byte* quants = task.panels + panel * layout.panel_bytes(groups);
    const std::byte* scales = quants + groups * layout.quant_bytes();
    const std::byte* supers = scales + groups * layout.scale_bytes();
    const std::size_t rows = std::min(kPanelRows, task.rows - panel * kPanelRows);
    for (std::size_t token = 0; token < task.tokens; ++token) {
      const std::byte* tile = task.tiles + token / kTileColumns * tile_bytes(task.columns);
      for (std::size_t row = 0; row < rows; ++row) {
        float sum = 0;
        for (std::size_t group = 0; group < groups; ++group) {
          const RowScales of_row =
              scales_of(layout.scales, scales + group * layout.scale_bytes(),
                        supers + group / kSuperGroups * layout.super_bytes(), row);
          sum = add_group(layout, quants + group * layout.quant_bytes(), of_row,
                          tile + group * kTileGroupBytes, row, token % kTileColumns, sum);
        }
        task.out[token * task.stride + panel * kPanelRows + row] = sum;
      }
    }
  }
}

}  // namespace pcai::kernels

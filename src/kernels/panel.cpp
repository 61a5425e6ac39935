#include "kernels/panel.h"

#include <algorithm>
#include <cstring>

#include "kernels/half.h"

namespace pcai::kernels {
namespace {

// A K-quant's scale is a product of two numbers and may lie below what a half can hold.
constexpr float kSmallUnit = 1.0F / 1024;

void put_quants(const PanelLayout& layout, std::byte* at, std::size_t row, const Group& group) {
  auto* bytes = reinterpret_cast<std::uint8_t*>(at) + row * 4;
  for (std::size_t vector = 0; vector < 8; ++vector) {
    const std::uint8_t* quants = group.q + 4 * vector;
    if (!layout.nibbles) {
      std::memcpy(bytes + vector * 64, quants, 4);
      continue;
    }
    std::uint8_t* pair = bytes + vector / 2 * 64;
    for (std::size_t i = 0; i < 4; ++i) {
      pair[i] = static_cast<std::uint8_t>(vector % 2 == 0 ? quants[i] : pair[i] | quants[i] << 4);
    }
  }
}

void put_scales(const PanelLayout& layout, std::byte* at, std::size_t row, const Group& group) {
  const std::uint16_t first = to_half(group.scale[0] / layout.unit);
  std::memcpy(at + row * 2, &first, 2);
  if (layout.scales == Scales::Plain) return;
  const std::uint16_t second =
      to_half((layout.scales == Scales::Two ? group.scale[1] : group.minimum) / layout.unit);
  std::memcpy(at + 32 + row * 2, &second, 2);
}

}  // namespace

PanelLayout panel_layout(BlockFormat format) noexcept {
  switch (format) {
    case BlockFormat::Q4_0: return {.scales = Scales::Plain, .nibbles = true, .zero = 8};
    case BlockFormat::Q4_1: return {.scales = Scales::WithMinimum, .nibbles = true};
    case BlockFormat::Q5_0: return {.scales = Scales::Plain, .zero = 16};
    case BlockFormat::Q5_1: return {.scales = Scales::WithMinimum};
    case BlockFormat::Q8_0: return {.scales = Scales::Plain, .zero = 128};
    case BlockFormat::Q4_K:
      return {.scales = Scales::WithMinimum, .nibbles = true, .unit = kSmallUnit};
    case BlockFormat::Q5_K: return {.scales = Scales::WithMinimum, .unit = kSmallUnit};
    case BlockFormat::Q6_K: return {.scales = Scales::Two, .zero = 32, .unit = kSmallUnit};
  }
  return {};
}

std::size_t panels_bytes(BlockFormat format, std::size_t rows, std::size_t columns) noexcept {
  return panel_count(rows) * panel_layout(format).panel_bytes(columns / kGroup);
}

void pack_panels(const WeightMatrix& weights, std::size_t begin, std::size_t end,
                 std::byte* panels) noexcept {
  const PanelLayout layout = panel_layout(weights.format);
  const std::size_t groups = weights.columns / kGroup;
  const std::size_t panel_bytes = layout.panel_bytes(groups);
  for (std::size_t panel = begin; panel < end; ++panel) {
    std::byte* quants = panels + panel * panel_bytes;
    std::byte* scales = quants + groups * layout.quant_bytes();
    const std::size_t first = panel * kPanelRows;
    const std::size_t rows = std::min(kPanelRows, weights.rows - first);
    if (rows < kPanelRows) std::memset(quants, 0, panel_bytes);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::byte* source = weights.data + (first + row) * weights.row_bytes;
      for (std::size_t i = 0; i < groups; ++i) {
        const Group group = decode_group(weights.format, source, i);
        put_quants(layout, quants + i * layout.quant_bytes(), row, group);
        put_scales(layout, scales + i * layout.scale_bytes(), row, group);
      }
    }
  }
}

}  // namespace pcai::kernels

#include "kernels/panel.h"

#include <algorithm>
#include <cstring>

namespace pcai::kernels {
namespace {

void put_quants(const PanelLayout& layout, std::byte* at, std::size_t row, const Group& group) {
  auto* lane = reinterpret_cast<std::uint8_t*>(at) + row * 4;
  if (layout.quants == Quants::Bytes) {
    for (std::size_t vector = 0; vector < 8; ++vector) {
      std::memcpy(lane + vector * 64, group.q + 4 * vector, 4);
    }
    return;
  }
  for (std::size_t i = 0; i < kGroup / 2; ++i) {
    const std::uint8_t* pair = group.q + i / 4 * 8 + i % 4;
    lane[i / 4 * 64 + i % 4] = static_cast<std::uint8_t>((pair[0] & 15) | pair[4] << 4);
  }
  if (layout.quants == Quants::Nibbles) return;
  const std::size_t bits = layout.quants == Quants::Five ? 1 : 2;
  const std::size_t vectors = 8 / bits;  // whose high bits share one
  for (std::size_t plane = 0; plane < bits; ++plane) {
    for (std::size_t i = 0; i < 4; ++i) {
      unsigned byte = 0;
      for (std::size_t j = 0; j < vectors; ++j) {
        byte |= unsigned{group.q[4 * (plane * vectors + j) + i]} >> 4 << (bits * j);
      }
      lane[256 + plane * 64 + i] = static_cast<std::uint8_t>(byte);
    }
  }
}

void put(std::byte* at, std::size_t row, std::uint16_t half) {
  std::memcpy(at + row * 2, &half, 2);
}

void put(std::byte* at, std::size_t row, std::int8_t factor) {
  at[row] = static_cast<std::byte>(factor);
}

/// `super` is where what the group shares with others goes.
void put_scales(Scales scales, std::byte* at, std::byte* super, std::size_t row,
                const Group& group) {
  switch (scales) {
    case Scales::WithMinimum: put(at + 32, row, group.minimum); [[fallthrough]];
    case Scales::Plain: put(at, row, group.scale); return;
    case Scales::SuperWithMinimum:
      put(at, row, group.scale_factor[0]);
      put(at + 16, row, group.minimum_factor);
      put(super + 32, row, group.minimum);
      break;
    case Scales::SuperTwo:
      put(at, row, group.scale_factor[0]);
      put(at + 16, row, group.scale_factor[1]);
      break;
  }
  put(super, row, group.scale);
}

}  // namespace

PanelLayout panel_layout(BlockFormat format) noexcept {
  switch (format) {
    case BlockFormat::Q4_0: return {.scales = Scales::Plain, .quants = Quants::Nibbles, .zero = 8};
    case BlockFormat::Q4_1: return {.scales = Scales::WithMinimum, .quants = Quants::Nibbles};
    case BlockFormat::Q5_0: return {.scales = Scales::Plain, .quants = Quants::Five, .zero = 16};
    case BlockFormat::Q5_1: return {.scales = Scales::WithMinimum, .quants = Quants::Five};
    case BlockFormat::Q8_0: return {.scales = Scales::Plain, .quants = Quants::Bytes, .zero = 128};
    case BlockFormat::Q4_K: return {.scales = Scales::SuperWithMinimum, .quants = Quants::Nibbles};
    case BlockFormat::Q5_K: return {.scales = Scales::SuperWithMinimum, .quants = Quants::Five};
    case BlockFormat::Q6_K: return {.scales = Scales::SuperTwo, .quants = Quants::Six, .zero = 32};
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
    std::byte* supers = scales + groups * layout.scale_bytes();
    const std::size_t first = panel * kPanelRows;
    const std::size_t rows = std::min(kPanelRows, weights.rows - first);
    if (rows < kPanelRows) std::memset(quants, 0, panel_bytes);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::byte* source = weights.data + (first + row) * weights.row_bytes;
      for (std::size_t i = 0; i < groups; ++i) {
        const Group group = decode_group(weights.format, source, i);
        put_quants(layout, quants + i * layout.quant_bytes(), row, group);
        put_scales(layout.scales, scales + i * layout.scale_bytes(),
                   supers + i / kSuperGroups * layout.super_bytes(), row, group);
      }
    }
  }
}

}  // namespace pcai::kernels

#include "kernels/random_weights.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "kernels/half.h"

namespace pcai::kernels {
namespace {

struct HalfPlace {
  std::size_t offset;
  float least;
  float most;
};

std::vector<HalfPlace> halfs_of(BlockFormat format) {
  switch (format) {
    case BlockFormat::Q4_0:
    case BlockFormat::Q5_0:
    case BlockFormat::Q8_0: return {{0, -0.1F, 0.1F}};
    case BlockFormat::Q4_1:
    case BlockFormat::Q5_1: return {{0, 0, 0.1F}, {2, -1, 0.5F}};
    case BlockFormat::Q4_K:
    case BlockFormat::Q5_K: return {{0, 0, 1e-3F}, {2, 0, 1e-3F}};
    case BlockFormat::Q6_K: return {{208, -1e-4F, 1e-4F}};
  }
  return {};
}

}  // namespace

std::mt19937 seeded() {
  const char* given = std::getenv("PCAI_TEST_SEED");
  const auto seed = given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                                     : std::random_device{}();
  std::printf("PCAI_TEST_SEED=%u\n", seed);
  return std::mt19937(seed);
}

RandomWeights::RandomWeights(BlockFormat of, std::size_t row_count, std::size_t column_count,
                             std::mt19937& random)
    : format(of), rows(row_count), columns(column_count) {
  const BlockSize size = block_size(format);
  blocks.resize(rows * columns / size.weights * size.bytes);
  std::uniform_int_distribution<int> byte(0, 255);
  for (std::byte& b : blocks) b = static_cast<std::byte>(byte(random));
  for (std::size_t start = 0; start < blocks.size(); start += size.bytes) {
    for (const HalfPlace& place : halfs_of(format)) {
      const std::uint16_t half =
          to_half(std::uniform_real_distribution<float>(place.least, place.most)(random));
      std::memcpy(blocks.data() + start + place.offset, &half, 2);
    }
  }
}

WeightMatrix RandomWeights::matrix() const {
  return {.format = format,
          .data = blocks.data(),
          .row_bytes = blocks.size() / rows,
          .rows = rows,
          .columns = columns};
}

double RandomWeights::at(std::size_t row, std::size_t column) const {
  const WeightMatrix m = matrix();
  const Group group = decode_group(format, m.data + row * m.row_bytes, column / kGroup);
  const std::size_t i = column % kGroup;
  return static_cast<double>(from_half(group.scale)) * group.scale_factor[i / 16] *
             (group.q[i] - panel_layout(format).zero) +
         static_cast<double>(from_half(group.minimum)) * group.minimum_factor;
}

}  // namespace pcai::kernels

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "kernels/half.h"
#include "kernels/random_weights.h"
#include "kernels/variant.h"

namespace pcai::kernels {
namespace {

const Variant kOracle = {"oracle", pack_tile_oracle, multiply_oracle, attend_oracle, gate_oracle};

struct Shape {
  std::size_t rows;
  std::size_t columns;
  std::size_t tokens;
};

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.rows << " x " << shape.columns << ", " << shape.tokens << " tokens";
}

std::vector<float> random_activations(const Shape& shape, std::mt19937& random) {
  std::vector<float> x(shape.columns * shape.tokens);
  std::normal_distribution<float> normal;
  for (float& value : x) value = normal(random);
  // A whole group of zeros has no scale.
  if (shape.tokens > 1) std::fill_n(x.begin(), kGroup, 0.0F);
  return x;
}

/// Weights times activations, packing included, the panels in two parts as two threads would.
std::vector<float> product(const Variant& variant, const RandomWeights& weights,
                           const std::vector<float>& x, const Shape& shape) {
  const PanelLayout layout = panel_layout(weights.format);
  const std::size_t panels = panel_count(shape.rows);
  AlignedBytes panel_bytes(panels_bytes(weights.format, shape.rows, shape.columns));
  pack_panels(weights.matrix(), 0, panels, panel_bytes.data());
  AlignedBytes tiles(tile_count(shape.tokens) * tile_bytes(shape.columns));
  for (std::size_t t = 0; t < tile_count(shape.tokens); ++t) {
    const std::size_t first = t * kTileColumns;
    const PackTile task{.layout = layout,
                        .tokens = x.data() + first * shape.columns,
                        .stride = shape.columns,
                        .count = std::min(kTileColumns, shape.tokens - first),
                        .tile = tiles.data() + t * tile_bytes(shape.columns)};
    const std::size_t groups = shape.columns / kGroup;
    variant.pack_tile(task, 0, groups / 2);
    variant.pack_tile(task, groups / 2, groups);
  }
  std::vector<float> out(shape.rows * shape.tokens, NAN);
  const Multiply task{.layout = layout,
                      .panels = panel_bytes.data(),
                      .tiles = tiles.data(),
                      .columns = shape.columns,
                      .rows = shape.rows,
                      .tokens = shape.tokens,
                      .out = out.data(),
                      .stride = shape.rows};
  variant.multiply(task, 0, panels / 2);
  variant.multiply(task, panels / 2, panels);
  return out;
}

class GemmTest : public testing::TestWithParam<BlockFormat> {
 protected:
  Shape random_shape(std::size_t most_tokens) {
    const auto pick = [this](std::size_t low, std::size_t high) {
      return std::uniform_int_distribution<std::size_t>(low, high)(random_);
    };
    const std::size_t block = block_size(GetParam()).weights;
    return {.rows = pick(1, 70),
            .columns = block * pick(1, 1024 / block),
            .tokens = pick(1, most_tokens)};
  }

  std::mt19937 random_ = seeded();
};

// The bound is that of rounding activations to 8 bits in groups: half a step of largest/127 each,
// times the weights' size.
TEST_P(GemmTest, TheOracleIsNearTheExactProduct) {
  for (int round = 0; round < 4; ++round) {
    const Shape shape = random_shape(5);
    const RandomWeights weights(GetParam(), shape.rows, shape.columns, random_);
    const std::vector<float> x = random_activations(shape, random_);
    const std::vector<float> out = product(kOracle, weights, x, shape);
    for (std::size_t t = 0; t < shape.tokens; ++t) {
      for (std::size_t row = 0; row < shape.rows; ++row) {
        double exact = 0;
        double bound = 0;
        for (std::size_t group = 0; group < shape.columns / kGroup; ++group) {
          double largest = 0;
          double sizes = 0;
          for (std::size_t i = group * kGroup; i < (group + 1) * kGroup; ++i) {
            const double activation = x[t * shape.columns + i];
            const double weight = weights.at(row, i);
            exact += weight * activation;
            largest = std::max(largest, std::fabs(activation));
            sizes += std::fabs(weight);
          }
          bound += sizes * largest * (0.51 / 127 + 2e-3);  // and the scales' 11 bits
        }
        ASSERT_NEAR(out[t * shape.rows + row], exact, bound + 1e-6) << shape;
      }
    }
  }
}

TEST_P(GemmTest, EveryVariantGivesTheOraclesBits) {
  for (const Variant& variant : usable_variants()) {
    for (int round = 0; round < 12; ++round) {
      const Shape shape = random_shape(40);
      const RandomWeights weights(GetParam(), shape.rows, shape.columns, random_);
      const std::vector<float> x = random_activations(shape, random_);
      const std::vector<float> expected = product(kOracle, weights, x, shape);
      const std::vector<float> out = product(variant, weights, x, shape);
      ASSERT_EQ(std::memcmp(out.data(), expected.data(), out.size() * sizeof(float)), 0)
          << variant.name << ", " << shape;
    }
  }
}

// The largest quants and activations are where 16-bit sums would overflow.
TEST_P(GemmTest, NothingOverflowsAtTheLargestValues) {
  const Shape shape{.rows = 16, .columns = 512, .tokens = 3};
  RandomWeights weights(GetParam(), shape.rows, shape.columns, random_);
  for (const int fill : {0x00, 0x80, 0xFF}) {
    const BlockSize size = block_size(GetParam());
    std::vector<std::byte> blocks(weights.blocks.size(), static_cast<std::byte>(fill));
    for (std::size_t start = 0; start < blocks.size(); start += size.bytes) {
      for (const std::size_t offset : {std::size_t{0}, std::size_t{2}, size.bytes - 2}) {
        const std::uint16_t half = to_half(0.01F);
        const bool q6 = GetParam() == BlockFormat::Q6_K;
        if ((offset == size.bytes - 2) == q6) {
          std::memcpy(blocks.data() + start + offset, &half, 2);
        }
      }
    }
    weights.blocks = blocks;
    for (const float sign : {1.0F, -1.0F}) {
      const std::vector<float> x(shape.columns * shape.tokens, sign * 3);
      const std::vector<float> expected = product(kOracle, weights, x, shape);
      for (const Variant& variant : usable_variants()) {
        const std::vector<float> out = product(variant, weights, x, shape);
        ASSERT_EQ(std::memcmp(out.data(), expected.data(), out.size() * sizeof(float)), 0)
            << variant.name << ", blocks of " << fill << ", activations " << sign * 3;
      }
    }
  }
}

TEST_P(GemmTest, SixtyTokensTogetherAreWhatEachIsAlone) {
  const Shape shape{.rows = 33, .columns = 512, .tokens = 60};
  const RandomWeights weights(GetParam(), shape.rows, shape.columns, random_);
  const std::vector<float> x = random_activations(shape, random_);
  for (const Variant& variant : usable_variants()) {
    const std::vector<float> together = product(variant, weights, x, shape);
    for (std::size_t t = 0; t < shape.tokens; ++t) {
      const auto begin = x.begin() + static_cast<std::ptrdiff_t>(t * shape.columns);
      const std::vector<float> token(begin, begin + static_cast<std::ptrdiff_t>(shape.columns));
      const Shape one{.rows = shape.rows, .columns = shape.columns, .tokens = 1};
      const std::vector<float> alone = product(variant, weights, token, one);
      ASSERT_EQ(
          std::memcmp(alone.data(), together.data() + t * shape.rows, shape.rows * sizeof(float)),
          0)
          << variant.name << ", token " << t;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, GemmTest, testing::ValuesIn(kBlockFormats),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(HalfTest, EveryHalfComesBackFromItsFloat) {
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    const float value = from_half(static_cast<std::uint16_t>(half));
    if (std::isnan(value)) continue;
    EXPECT_EQ(to_half(value), half);
  }
}

TEST(HalfTest, FloatsAreRoundedToTheNearestHalf) {
  EXPECT_EQ(to_half(1.0F + 0x1p-11F), 0x3C00);  // a tie goes to the even one
  EXPECT_EQ(to_half(1.0F + 0x1p-11F + 0x1p-20F), 0x3C01);
  EXPECT_EQ(to_half(1.0F + 3 * 0x1p-11F), 0x3C02);
  EXPECT_EQ(to_half(65519.0F), 0x7BFF);
  EXPECT_EQ(to_half(65520.0F), 0x7C00);
  EXPECT_EQ(to_half(-0x1p-25F), 0x8000);
  EXPECT_EQ(to_half(0x1.8p-25F), 0x0001);
}

}  // namespace
}  // namespace pcai::kernels

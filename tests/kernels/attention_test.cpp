#include "kernels/attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "kernels/half.h"
#include "kernels/random_weights.h"
#include "kernels/variant.h"

namespace pcai::kernels {
namespace {

/// Queries, a cache, and who sees what.
struct Problem {
  std::size_t rows;
  std::size_t key_size;
  std::size_t value_size;
  CacheType type = CacheType::Half;
  float cap = 0;
  std::vector<float> sinks;
  std::vector<float> queries;
  std::vector<std::uint16_t> keys;
  std::vector<std::uint16_t> values;
  std::vector<std::uint32_t> cells;
  std::vector<std::uint64_t> visible;
};

float stored(std::uint16_t bits, CacheType type) {
  return type == CacheType::Half ? from_half(bits)
                                 : std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

class AttentionTest : public testing::Test {
 protected:
  std::size_t pick(std::size_t low, std::size_t high) {
    return std::uniform_int_distribution<std::size_t>(low, high)(random_);
  }

  Problem random_problem(std::size_t rows) {
    Problem problem{.rows = rows, .key_size = 16 * pick(1, 9), .value_size = 16 * pick(1, 9)};
    problem.type = pick(0, 1) == 0 ? CacheType::Half : CacheType::BFloat;
    if (pick(0, 2) == 0) problem.cap = 20;
    std::normal_distribution<float> normal;
    if (pick(0, 2) == 0) {
      for (std::size_t i = 0; i < rows; ++i) problem.sinks.push_back(normal(random_));
    }
    const std::size_t cache = pick(1, 400);
    const auto fill = [&](std::size_t size) {
      std::vector<std::uint16_t> elements(cache * size);
      for (std::uint16_t& element : elements) {
        const float value = normal(random_);
        element = problem.type == CacheType::Half
                      ? to_half(value)
                      : static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
      }
      return elements;
    };
    problem.keys = fill(problem.key_size);
    problem.values = fill(problem.value_size);
    problem.queries.resize(rows * problem.key_size);
    for (float& value : problem.queries) value = normal(random_);
    problem.cells.resize(cache);
    std::iota(problem.cells.begin(), problem.cells.end(), 0U);
    std::shuffle(problem.cells.begin(), problem.cells.end(), random_);
    problem.cells.resize(pick(1, cache));
    for (std::size_t i = 0; i < problem.cells.size(); ++i) {
      const std::uint64_t some = random_() | static_cast<std::uint64_t>(random_()) << 32;
      problem.visible.push_back(pick(0, 1) == 0 ? ~std::uint64_t{0} : some);
    }
    return problem;
  }

  std::mt19937 random_ = seeded();
};

std::vector<float> attend(AttentionFunction function, const Problem& problem) {
  std::vector<const float*> queries;
  std::vector<float*> out;
  std::vector<float> result(problem.rows * problem.value_size, NAN);
  for (std::size_t row = 0; row < problem.rows; ++row) {
    queries.push_back(problem.queries.data() + row * problem.key_size);
    out.push_back(result.data() + row * problem.value_size);
  }
  AlignedBytes work(attention_work_bytes(problem.rows, problem.cells.size(), problem.key_size,
                                         problem.value_size));
  function({.queries = queries.data(),
            .out = out.data(),
            .rows = problem.rows,
            .cells = problem.cells.data(),
            .visible = problem.visible.data(),
            .cell_count = problem.cells.size(),
            .keys = reinterpret_cast<const std::byte*>(problem.keys.data()),
            .key_stride = problem.key_size * 2,
            .values = reinterpret_cast<const std::byte*>(problem.values.data()),
            .value_stride = problem.value_size * 2,
            .type = problem.type,
            .key_size = problem.key_size,
            .value_size = problem.value_size,
            .scale = 1 / std::sqrt(static_cast<float>(problem.key_size)),
            .cap = problem.cap,
            .sinks = problem.sinks.empty() ? nullptr : problem.sinks.data(),
            .work = work.data()});
  return result;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST_F(AttentionTest, TheOracleIsNearTheExactResult) {
  for (int round = 0; round < 20; ++round) {
    const Problem problem = random_problem(pick(1, 5));
    const std::vector<float> out = attend(attend_oracle, problem);
    for (std::size_t row = 0; row < problem.rows; ++row) {
      std::vector<double> exact(problem.value_size, 0.0);
      double total = problem.sinks.empty() ? 0 : std::exp(static_cast<double>(problem.sinks[row]));
      for (std::size_t i = 0; i < problem.cells.size(); ++i) {
        if ((problem.visible[i] >> row & 1) == 0) continue;
        double score = 0;
        for (std::size_t d = 0; d < problem.key_size; ++d) {
          score += static_cast<double>(problem.queries[row * problem.key_size + d]) *
                   stored(problem.keys[problem.cells[i] * problem.key_size + d], problem.type);
        }
        score /= std::sqrt(static_cast<double>(problem.key_size));
        if (problem.cap != 0) score = problem.cap * std::tanh(score / problem.cap);
        total += std::exp(score);
        for (std::size_t d = 0; d < problem.value_size; ++d) {
          exact[d] +=
              std::exp(score) *
              stored(problem.values[problem.cells[i] * problem.value_size + d], problem.type);
        }
      }
      for (std::size_t d = 0; d < problem.value_size; ++d) {
        const double expected = total > 0 ? exact[d] / total : 0;
        ASSERT_NEAR(out[row * problem.value_size + d], expected, 2e-5);
      }
    }
  }
}

TEST_F(AttentionTest, EveryVariantGivesTheOraclesBits) {
  for (const Variant& variant : usable_variants()) {
    for (int round = 0; round < 60; ++round) {
      const Problem problem = random_problem(round % 2 == 0 ? pick(1, 9) : pick(1, 48));
      ASSERT_TRUE(same_bits(attend(variant.attend, problem), attend(attend_oracle, problem)))
          << variant.name << ", " << problem.rows << " rows, " << problem.cells.size()
          << " cells of " << problem.key_size << " and " << problem.value_size;
    }
  }
}

TEST_F(AttentionTest, ARowIsTheSameAloneWithItsCellsOnly) {
  for (const Variant& variant : usable_variants()) {
    const Problem together = random_problem(40);
    const std::vector<float> all = attend(variant.attend, together);
    for (std::size_t row = 0; row < together.rows; ++row) {
      Problem alone = together;
      alone.rows = 1;
      alone.queries.assign(
          together.queries.begin() + static_cast<std::ptrdiff_t>(row * together.key_size),
          together.queries.begin() + static_cast<std::ptrdiff_t>((row + 1) * together.key_size));
      if (!together.sinks.empty()) alone.sinks = {together.sinks[row]};
      alone.cells.clear();
      for (std::size_t i = 0; i < together.cells.size(); ++i) {
        if ((together.visible[i] >> row & 1) != 0) alone.cells.push_back(together.cells[i]);
      }
      alone.visible.assign(alone.cells.size(), 1);
      const auto begin = all.begin() + static_cast<std::ptrdiff_t>(row * together.value_size);
      const std::vector<float> expected(begin,
                                        begin + static_cast<std::ptrdiff_t>(together.value_size));
      ASSERT_TRUE(same_bits(attend(variant.attend, alone), expected)) << variant.name;
    }
  }
}

TEST_F(AttentionTest, ARowThatSeesNothingIsZero) {
  for (const Variant& variant : usable_variants()) {
    Problem problem = random_problem(7);
    problem.sinks.clear();
    for (std::uint64_t& visible : problem.visible) visible &= ~std::uint64_t{4};
    const std::vector<float> out = attend(variant.attend, problem);
    for (std::size_t d = 0; d < problem.value_size; ++d) {
      ASSERT_EQ(out[2 * problem.value_size + d], 0);
    }
  }
}

TEST_F(AttentionTest, AMaskBecomesBits) {
  std::vector<std::uint16_t> mask(pick(1, 300));
  for (std::uint16_t& element : mask) element = pick(0, 1) == 0 ? 0 : to_half(-INFINITY);
  std::vector<std::uint64_t> bits((mask.size() + 63) / 64, ~std::uint64_t{0});
  visible_bits(mask.data(), mask.size(), bits.data());
  for (std::size_t i = 0; i < bits.size() * 64; ++i) {
    EXPECT_EQ((bits[i / 64] >> (i % 64) & 1) != 0, i < mask.size() && mask[i] == 0);
  }
}

TEST_F(AttentionTest, GatesAreNearTheirFormulasAndTheSameInEveryVariant) {
  std::vector<float> x(1003);
  std::vector<float> y(x.size());
  std::normal_distribution<float> normal(0, 5);
  for (float& value : x) value = normal(random_);
  for (float& value : y) value = normal(random_);
  x[0] = 300;
  x[1] = -300;
  for (const Gate gate : {Gate::Silu, Gate::Gelu}) {
    std::vector<float> expected(x.size());
    gate_oracle(gate, x.data(), y.data(), expected.data(), x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double v = x[i];
      const double u = gate == Gate::Silu ? v : 1.5957691216057308 * v * (1 + 0.044715 * v * v);
      const double exact = v / (1 + std::exp(-u)) * y[i];
      ASSERT_NEAR(expected[i], exact, 2e-6 * std::max(1.0, std::fabs(exact)));
    }
    for (const Variant& variant : usable_variants()) {
      std::vector<float> out(x.size());
      variant.gate(gate, x.data(), y.data(), out.data(), x.size());
      EXPECT_TRUE(same_bits(out, expected)) << variant.name;
    }
  }
}

}  // namespace
}  // namespace pcai::kernels

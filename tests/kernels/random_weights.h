#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "kernels/panel.h"

namespace pcai::kernels {

/// A generator whose seed is printed, or taken from $PCAI_TEST_SEED.
std::mt19937 seeded();

/// Blocks of random bits with scales of a usual size.
struct RandomWeights {
  RandomWeights(BlockFormat format, std::size_t rows, std::size_t columns, std::mt19937& random);

  WeightMatrix matrix() const;
  /// A weight as the format defines it.
  double at(std::size_t row, std::size_t column) const;

  BlockFormat format;
  std::size_t rows;
  std::size_t columns;
  std::vector<std::byte> blocks;
};

/// Memory that starts at a multiple of 64, filled with noise.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::size_t size) : bytes_(size + 64, std::byte{0xA5}) {}
  std::byte* data() {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data());
    return bytes_.data() + (64 - address % 64) % 64;
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace pcai::kernels

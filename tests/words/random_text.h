#pragma once

#include <cstdint>
#include <random>
#include <string>

namespace pcai::test {

/// Texts that try the rules by which pre-tokenizers cut: several scripts, blanks of all kinds,
/// digits, contractions, emoji, marks, signs, and now and then bytes that are no UTF-8.
class RandomTexts {
 public:
  explicit RandomTexts(std::uint32_t seed) : random_(seed) {}

  std::string next();

 private:
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(random_() % end); }

  std::mt19937 random_;
};

}  // namespace pcai::test

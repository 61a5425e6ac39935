#include "core/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace pcai {
namespace {

/// UTF-8 for a value, surrogates and values over U+10FFFF included.
std::string encode(std::uint32_t value) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(bits); };
  const auto tail = [&](int shift) { return byte(0x80U | ((value >> shift) & 0x3FU)); };
  if (value < 0x80) return {byte(value)};
  if (value < 0x800) return {byte(0xC0U | (value >> 6)), tail(0)};
  if (value < 0x10000) return {byte(0xE0U | (value >> 12)), tail(6), tail(0)};
  return {byte(0xF0U | (value >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Utf8Test, ExactlyTheScalarValuesAreValid) {
  for (std::uint32_t value = 0; value < 0x140000; ++value) {
    const bool scalar = value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
    ASSERT_EQ(is_valid_utf8(encode(value)), scalar) << std::hex << value;
  }
}

TEST(Utf8Test, EveryCutInsideACodePointIsInvalid) {
  for (const std::uint32_t value : {0xE9U, 0x20ACU, 0x1F600U}) {
    const std::string whole = encode(value);
    for (std::size_t n = 1; n < whole.size(); ++n) {
      EXPECT_FALSE(is_valid_utf8("a" + whole.substr(0, n)));
      EXPECT_FALSE(is_valid_utf8(whole.substr(n) + "a"));
    }
  }
}

TEST(Utf8Test, OverlongFormsAreInvalid) {
  EXPECT_FALSE(is_valid_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_valid_utf8("\xC1\xBF"));
  EXPECT_FALSE(is_valid_utf8("\xE0\x9F\xBF"));
  EXPECT_FALSE(is_valid_utf8("\xF0\x8F\xBF\xBF"));
}

TEST(Utf8Test, AContinuationMustBeOne) {
  EXPECT_FALSE(is_valid_utf8("\xE2\x82z"));
  EXPECT_FALSE(is_valid_utf8("\xF0\x9F\x98z"));
  EXPECT_FALSE(is_valid_utf8("\xFF"));
}

TEST(Utf8Test, EmptyAndMixedTextIsValid) {
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_TRUE(is_valid_utf8("plain, caf\xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80"));
}

}  // namespace
}  // namespace pcai

#include "backend/utf8_filter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/utf8.h"

namespace pcai::backend {
namespace {

const std::string kReplacement = "\xEF\xBF\xBD";

TEST(Utf8FilterTest, AnUnfinishedCodePointWaitsForItsRest) {
  Utf8Filter filter;
  EXPECT_EQ(filter.add("a\xE2\x82"), "a");
  EXPECT_EQ(filter.add("\xAC!"), "\xE2\x82\xAC!");
  EXPECT_EQ(filter.finish(), "");
}

TEST(Utf8FilterTest, ALeftoverBecomesOneReplacement) {
  Utf8Filter filter;
  EXPECT_EQ(filter.add("\xF0\x9F\x98"), "");
  EXPECT_EQ(filter.finish(), kReplacement);
  EXPECT_EQ(filter.finish(), "");
}

TEST(Utf8FilterTest, WhatCanNeverBecomeACodePointIsReplacedAtOnce) {
  Utf8Filter filter;
  EXPECT_EQ(filter.add("\xFF"), kReplacement);
  EXPECT_EQ(filter.add("\xE2\x82z"), kReplacement + "z");
}

TEST(Utf8FilterTest, RandomBytesInRandomPiecesGiveTheSameValidText) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string alphabet = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xED\xFF\x80";
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes;
    for (std::size_t i = random() % 20; i > 0; --i) bytes += alphabet[random() % alphabet.size()];
    Utf8Filter at_once;
    std::string whole = at_once.add(bytes);
    whole += at_once.finish();
    ASSERT_TRUE(is_valid_utf8(whole));
    if (is_valid_utf8(bytes)) {
      ASSERT_EQ(whole, bytes);
    }

    Utf8Filter in_pieces;
    std::string joined;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = 1 + random() % 3;
      const std::string piece = in_pieces.add(std::string_view(bytes).substr(at, size));
      ASSERT_TRUE(is_valid_utf8(piece));
      joined += piece;
      at += size;
    }
    ASSERT_EQ(joined + in_pieces.finish(), whole);
  }
}

}  // namespace
}  // namespace pcai::backend

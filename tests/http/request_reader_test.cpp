#include <gtest/gtest.h>

#include <random>

#include "http/request_pieces.h"

namespace pcai::test {
namespace {

std::string post(const std::string& headers, const std::string& body) {
  return "POST /v1/x?y HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

std::vector<std::string> samples() {
  const std::string long_name(300, 'n');
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a:b\r\n";
  return {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\n\r\n",
      post("Content-Length: 5\r\n", "hello"),
      post("Content-Length: 5\r\n", "hello and more"),
      post("Content-Length: 5\r\n", "hell"),
      post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nTrailer: x\r\n\r\nGET"),
      post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n"),
      post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"),
      post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\nabc\r\n"),
      post("Transfer-Encoding: chunked\r\n", "80\r\n" + std::string(128, 'x') + "\r\n80\r\n" +
                                                 std::string(128, 'x') + "\r\n0\r\n\r\n"),
      post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "hello"),
      post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "hello"),
      post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!"),
      post("Content-Length: -5\r\n", "hello"),
      post("Content-Length: 5x\r\n", "hello"),
      post("Content-Length: 99999999999999999999999\r\n", "hello"),
      post("Bad Name: x\r\n", ""),
      post("Name : x\r\n", ""),
      post("Name: a\x01z\r\n", ""),
      post("Name: a\nOther: b\r\n", ""),
      "G@T / HTTP/1.1\r\n\r\n",
      "GET /a b HTTP/1.1\r\n\r\n",
      "GET /\x01 HTTP/1.1\r\n\r\n",
      "GET / HTTP/2\r\n\r\n",
      "GET /\r\n\r\n",
      "GET / HTTP/1.1\nHost: a\n\n",
      std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
      "\r\nGET / HTTP/1.1\r\n\r\n",
      "GET /" + std::string(600, 'x') + " HTTP/1.1\r\n\r\n",
      post(long_name + ": " + long_name + "\r\n", ""),
      post(many, ""),
      post("A: " + std::string(450, 'x') + "\r\n", ""),
      post("A: " + std::string(460, 'x') + "\r\nContent-Length: 1\r\n", "a"),
      "GET / HTTP/1.1\r\nFolded: a\r\n b\r\n\r\n",
  };
}

TEST(RequestReaderTest, TheSameBytesGiveTheSameResultHoweverTheyAreCut) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (const std::string& bytes : samples()) {
    const Outcome whole = read_whole(bytes);
    std::vector<std::size_t> every(bytes.size());
    for (std::size_t i = 0; i < every.size(); ++i) every[i] = i + 1;
    EXPECT_EQ(read_in_pieces(bytes, every), whole) << bytes;
    for (int round = 0; round < 50; ++round) {
      std::vector<std::size_t> ends;
      for (std::size_t end = 0; end < bytes.size();) {
        end = std::min(bytes.size(), end + 1 + random() % (round % 2 == 0 ? 7 : 200));
        ends.push_back(end);
      }
      ASSERT_EQ(read_in_pieces(bytes, ends), whole) << bytes;
    }
  }
}

TEST(RequestReaderTest, MutatedBytesGiveTheSameResultHoweverTheyAreCut) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto all = samples();
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = all[random() % all.size()];
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
      const char c = "\r\n :;,0f\0\xff/"[random() % 11];
      const std::size_t at = random() % bytes.size();
      switch (random() % 3) {
        case 0: bytes[at] = c; break;
        case 1: bytes.insert(at, 1, c); break;
        default: bytes.erase(at, 1 + random() % 3); break;
      }
      if (bytes.empty()) bytes = "x";
    }
    std::vector<std::size_t> ends;
    for (std::size_t end = 0; end < bytes.size();) {
      end = std::min(bytes.size(), end + 1 + random() % 9);
      ends.push_back(end);
    }
    ASSERT_EQ(read_in_pieces(bytes, ends), read_whole(bytes)) << testing::PrintToString(bytes);
  }
}

TEST(RequestReaderTest, ABodyIsTakenByLengthOrInChunks) {
  EXPECT_EQ(read_whole(post("Content-Length: 5\r\n", "hello and more")).body, "hello");
  EXPECT_EQ(read_whole(post("Transfer-Encoding: chunked\r\n",
                            "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"))
                .body,
            "abc0123456789");
}

TEST(RequestReaderTest, WhatFollowsARequestIsLeftAlone) {
  const std::string first = "GET / HTTP/1.1\r\n\r\n";
  EXPECT_EQ(read_whole(first + "GET /next HTTP/1.1\r\n\r\n").taken, first.size());
}

TEST(RequestReaderTest, LengthAndChunksTogetherAreRefused) {
  EXPECT_EQ(read_whole(post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "")).refused,
            400);
  EXPECT_EQ(read_whole(post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "")).refused,
            400);
}

TEST(RequestReaderTest, AHeadEndsExactlyAtItsLimit) {
  const std::string frame = "GET / HTTP/1.1\r\nA: \r\n\r\n";
  const auto of_size = [&](std::size_t size) {
    return "GET / HTTP/1.1\r\nA: " + std::string(size - frame.size(), 'x') + "\r\n\r\n";
  };
  EXPECT_TRUE(read_whole(of_size(kMaxHeader)).head);
  EXPECT_EQ(read_whole(of_size(kMaxHeader + 1)).refused, 431);
  EXPECT_EQ(read_whole(std::string(kMaxHeader, 'x')).refused, 431);
}

TEST(RequestReaderTest, SixtyFourHeadersAreTheMost) {
  std::string headers;
  for (int i = 0; i < 63; ++i) headers += "a:\r\n";
  EXPECT_EQ(read_whole(post(headers, "")).headers, 64U);
  EXPECT_EQ(read_whole(post(headers + "a:\r\n", "")).refused, 431);
}

TEST(RequestReaderTest, ChunksAreCountedAgainstTheLimit) {
  const std::string chunk = "64\r\n" + std::string(100, 'x') + "\r\n";
  const std::string two = post("Transfer-Encoding: chunked\r\n", chunk + chunk);
  EXPECT_TRUE(read_whole(two + "0\r\n\r\n").done);
  EXPECT_EQ(read_whole(two + "1\r\ny\r\n0\r\n\r\n").refused, 413);
}

TEST(RequestReaderTest, AChunkHeadWithoutEndIsRefused) {
  EXPECT_EQ(
      read_whole(post("Transfer-Encoding: chunked\r\n", "1;" + std::string(20000, 'x'))).refused,
      400);
}

}  // namespace
}  // namespace pcai::test

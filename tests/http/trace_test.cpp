#include "http/trace.h"

#include <gtest/gtest.h>

#include "http/connection/response_head.h"
#include "http/request_id.h"

namespace pcai::http {
namespace {

TEST(TraceTest, ALineHasEveryPart) {
  EXPECT_EQ(to_string(TraceLine{.method = "POST",
                                .path = "/v1/x",
                                .status = 200,
                                .bytes = 12,
                                .ms = 3.04,
                                .id = "req_1",
                                .client_id = "mine",
                                .remote = "127.0.0.1:5",
                                .cut = true}),
            "POST /v1/x 200 12 bytes 3.0 ms id=req_1 remote=127.0.0.1:5 client_id=mine cut");
}

TEST(TraceTest, WhatTheAnswerWarnedOfIsInQuotes) {
  EXPECT_EQ(to_string(TraceLine{.method = "POST",
                                .path = "/v1/x",
                                .status = 200,
                                .id = "req_1",
                                .remote = "r",
                                .warnings = "a \"b\", c"}),
            "POST /v1/x 200 0 bytes 0.0 ms id=req_1 remote=r warnings=\"a 'b', c\"");
}

TEST(TraceTest, AClientCannotForgeALine) {
  EXPECT_EQ(escaped_for_log("a\r\nb\t\x1b[31m \"\\\x7f\xc3\xa9"),
            "a\\x0d\\x0ab\\x09\\x1b[31m\\x20\\x22\\x5c\\x7f\\xc3\\xa9");
  EXPECT_EQ(escaped_for_log(std::string_view("\0", 1)), "\\x00");
}

TEST(TraceTest, ALongPathIsShortened) {
  EXPECT_EQ(escaped_for_log(std::string(5000, 'a')), std::string(256, 'a') + "...");
}

TEST(ResponseHeadTest, AHeadIsAStatusLineAndHeaders) {
  EXPECT_EQ(ResponseHead(404).add("A", "b").add("C", "d").text(),
            "HTTP/1.1 404 Not Found\r\nA: b\r\nC: d\r\n\r\n");
  EXPECT_EQ(ResponseHead(477).text(), "HTTP/1.1 477 \r\n\r\n");
}

TEST(ResponseHeadTest, ADateIsWrittenAsHttpAsks) {
  using std::chrono::system_clock;
  EXPECT_EQ(http_date(system_clock::from_time_t(784111777)), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(system_clock::from_time_t(951782400)), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(RequestIdTest, IdsHaveTheirPrefixAndDiffer) {
  const std::string id = random_id("req_");
  EXPECT_EQ(id.size(), 28U);
  EXPECT_TRUE(id.starts_with("req_"));
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef", 4), std::string::npos);
  EXPECT_NE(id, random_id("req_"));
}

}  // namespace
}  // namespace pcai::http

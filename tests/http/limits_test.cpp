#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kChat = "/v1/chat/completions";

Answer raw(const TestServer& server, std::string_view bytes) {
  HttpClient client = server.connect();
  client.send(bytes);
  return client.read();
}

TEST(LimitsTest, AHugeHeadIsRefusedAndTheConnectionClosed) {
  const TestServer server;
  HttpClient client = server.connect();
  client.send(request_bytes("GET", "/health", "X: " + std::string(17000, 'x') + "\r\n"));
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 431);
  EXPECT_EQ(answer.header("connection"), "close");
  client.close();
  EXPECT_EQ(server.get("/health", "X: " + std::string(15000, 'x') + "\r\n").status, 200);
  std::string many;
  for (int i = 0; i < 64; ++i) many += "a: b\r\n";
  EXPECT_EQ(server.get("/health", many).status, 431);
}

TEST(LimitsTest, WhatIsNoRequestIsABadRequest) {
  const TestServer server;
  for (const char* bytes :
       {"hello\r\n\r\n", "GET /health\r\n\r\n", "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
        "Transfer-Encoding: chunked\r\n\r\n{}",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
        "Content-Length: 3\r\n\r\n{}",
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
        "Transfer-Encoding: gzip, chunked\r\n\r\n",
        "\x16\x03\x01\x02"}) {
    const Answer answer = raw(server, bytes);
    EXPECT_EQ(answer.status, 400) << bytes;
    EXPECT_EQ(answer.header("connection"), "close") << bytes;
    EXPECT_TRUE(nlohmann::json::parse(answer.body).contains("error"));
  }
}

TEST(LimitsTest, AWrongHostIsForbiddenOnEveryRoute) {
  const TestServer server;
  for (const char* target : {"/health", "/v1/models", "/nowhere"}) {
    EXPECT_EQ(
        raw(server, std::string("GET ") + target + " HTTP/1.1\r\nHost: rebound.example\r\n\r\n")
            .status,
        403);
  }
  EXPECT_EQ(raw(server, "GET /health HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n").status, 200);
  EXPECT_EQ(raw(server, "GET /health HTTP/1.0\r\n\r\n").status, 200);
}

TEST(LimitsTest, ALargeBodyIsRefusedBeforeItIsRead) {
  const TestServer server({.http = {.max_body_bytes = 1000}});
  HttpClient client = server.connect();
  client.send(
      "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
      "application/json\r\nContent-Length: 100000000\r\n\r\n");
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.header("connection"), "close");
}

TEST(LimitsTest, AClientThatSendsItsWholeLargeBodyStillSeesTheAnswer) {
  const TestServer server({.http = {.max_body_bytes = 1000}});
  const std::string body(8U << 20, ' ');
  EXPECT_EQ(server.post(kChat, body).status, 413);
  std::string chunked;
  for (int i = 0; i < 100; ++i) chunked += "1000\r\n" + std::string(4096, ' ') + "\r\n";
  HttpClient client = server.connect();
  client.send(request_bytes("POST", kChat,
                            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                            chunked + "0\r\n\r\n"));
  EXPECT_EQ(client.read().status, 413);
}

TEST(LimitsTest, ChunkedBodiesAreTaken) {
  const TestServer server;
  const std::string body = chat_body("in chunks");
  const std::string chunked = fmt::format("{:x}\r\n{}\r\n{:x};ext=1\r\n{}\r\n0\r\n\r\n", 10,
                                          body.substr(0, 10), body.size() - 10, body.substr(10));
  HttpClient client = server.connect();
  client.send(request_bytes("POST", kChat,
                            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                            chunked) +
              request_bytes("GET", "/health"));
  EXPECT_THAT(client.read().body, HasSubstr("You said: in chunks"));
  EXPECT_EQ(client.read().body, "OK");
}

TEST(LimitsTest, AClientMayAskBeforeItSendsItsBody) {
  const TestServer server;
  const std::string body = chat_body("after a hundred");
  const std::string head =
      request_bytes("POST", kChat,
                    "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n");
  HttpClient client = server.connect();
  client.send(head);
  ASSERT_TRUE(client.read_until("HTTP/1.1 100 Continue\r\n\r\n"));
  client.send(body);
  EXPECT_THAT(client.read().body, HasSubstr("after a hundred"));

  HttpClient refused = server.connect();
  refused.send(request_bytes("POST", kChat,
                             "Content-Type: application/json\r\nExpect: 100-continue\r\n"
                             "Content-Length: 99999999\r\n"));
  EXPECT_EQ(refused.read().status, 413);
}

TEST(LimitsTest, OtherBodiesThanJsonAreRefusedWhereAPageMaySendThem) {
  const TestServer server;
  const std::string chat = chat_body("hi");
  const std::string length = "Content-Length: " + std::to_string(chat.size()) + "\r\n";
  for (const char* type : {"", "Content-Type: text/plain\r\n",
                           "Content-Type: application/x-www-form-urlencoded\r\n"}) {
    EXPECT_EQ(raw(server, request_bytes("POST", kChat, type + length, chat)).status, 200) << type;
    for (const char* page :
         {"Origin: null\r\n", "Origin: http://evil.example\r\n",
          "Referer: http://evil.example/\r\n", "Sec-Fetch-Site: same-site\r\n"}) {
      const std::string headers = type + length + page;
      EXPECT_EQ(raw(server, request_bytes("POST", kChat, headers, chat)).status, 415) << headers;
    }
  }
  EXPECT_EQ(server.post(kChat, "{}", "Content-Encoding: gzip\r\n").status, 415);
}

TEST(LimitsTest, PipelinedRequestsAreAnsweredInOrder) {
  const TestServer server;
  HttpClient client = server.connect();
  std::string bytes;
  for (int i = 0; i < 20; ++i) {
    bytes += request_bytes("GET", "/health");
    bytes += post_bytes(kChat, chat_body("number " + std::to_string(i)));
    bytes += request_bytes("GET", "/v1/nothing");
  }
  client.send(bytes);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(client.read().body, "OK");
    EXPECT_THAT(client.read().body, HasSubstr("You said: number " + std::to_string(i) + "\""));
    EXPECT_EQ(client.read().status, 404);
  }
}

TEST(LimitsTest, ConnectionCloseIsHonoured) {
  const TestServer server;
  HttpClient client = server.connect();
  client.send(request_bytes("GET", "/health", "Connection: close\r\n"));
  EXPECT_EQ(client.read().header("connection"), "close");
  EXPECT_TRUE(client.read_to_end());
  HttpClient old = server.connect();
  old.send("GET /health HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(old.read().header("connection"), "keep-alive");
  old.send("GET /health HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read().header("connection"), "close");
  EXPECT_TRUE(old.read_to_end());
}

TEST(LimitsTest, BytesMayArriveInAnyPieces) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const TestServer server;
  const std::string bytes = post_bytes(kChat, chat_body("in pieces", R"(,"stream":true)")) +
                            request_bytes("GET", "/v1/nothing") +
                            request_bytes("GET", "/health", "Connection: close\r\n");
  for (int round = 0; round < 20; ++round) {
    HttpClient client = server.connect();
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t n = 1 + random() % (round % 2 == 0 ? 5 : 100);
      client.send(std::string_view(bytes).substr(at, n));
      at += n;
    }
    EXPECT_EQ(streamed_text(client.read().body), "You said: in pieces");
    EXPECT_EQ(client.read().status, 404);
    EXPECT_EQ(client.read().body, "OK");
    EXPECT_TRUE(client.read_to_end());
  }
}

TEST(LimitsTest, AHeadThatNeverEndsIsCutOff) {
  const TestServer server({.http = {.header_timeout = milliseconds(50)}});
  HttpClient silent = server.connect();
  EXPECT_TRUE(silent.read_to_end());
  EXPECT_EQ(silent.input(), "");
  HttpClient slow = server.connect();
  slow.send("GET /health HTTP/1.1\r\nHost: local");
  const Answer answer = slow.read();
  EXPECT_EQ(answer.status, 408);
  EXPECT_EQ(answer.header("connection"), "close");
}

TEST(LimitsTest, ASlowlorisGetsNoMoreTimeForItsDrops) {
  const TestServer server({.http = {.header_timeout = milliseconds(100)}});
  HttpClient client = server.connect();
  client.send("GET /health HTTP/1.1\r\n");
  EXPECT_TRUE(becomes_true([&] { return !client.send("X: y\r\n"); }));
}

TEST(LimitsTest, ABodyThatStopsIsCutOff) {
  const TestServer server({.http = {.body_timeout = milliseconds(50)}});
  HttpClient client = server.connect();
  client.send(request_bytes("POST", kChat,
                            "Content-Type: application/json\r\nContent-Length: 100\r\n", "{"));
  EXPECT_EQ(client.read().status, 408);
}

TEST(LimitsTest, AnIdleConnectionIsClosed) {
  const TestServer server({.http = {.keep_alive_timeout = milliseconds(50)}});
  HttpClient client = server.connect();
  client.send(request_bytes("GET", "/health"));
  EXPECT_EQ(client.read().status, 200);
  EXPECT_TRUE(client.read_to_end());
  EXPECT_EQ(client.input(), "");
}

TEST(LimitsTest, AReaderThatReadsNothingIsCutOffAndItsGenerationCancelled) {
  TestServer server(
      {.fake = {.context_length = 4'000'000}, .http = {.write_timeout = milliseconds(100)}});
  HttpClient client = server.connect();
  client.set_receive_buffer(4096);
  // Large events, for the system's buffers take megabytes before a write waits.
  client.send(post_bytes(
      kChat,
      chat_body("fake: tokens=3000000\nx",
                R"(,"stream":true,"max_tokens":3000000,"logprobs":true,"top_logprobs":20)")));
  EXPECT_TRUE(becomes_true([&] { return server.engine().stats().cancelled == 1; }));
  EXPECT_EQ(server.get("/health").status, 200);
}

TEST(LimitsTest, TooManyConnectionsAreTurnedAway) {
  const TestServer server({.http = {.max_connections = 2}});
  std::optional<HttpClient> first(std::in_place, server.port());
  HttpClient second = server.connect();
  first->send(request_bytes("GET", "/health"));
  second.send(request_bytes("GET", "/health"));
  EXPECT_EQ(first->read().status, 200);
  EXPECT_EQ(second.read().status, 200);
  const Answer third = server.get("/health");
  EXPECT_EQ(third.status, 503);
  EXPECT_EQ(third.header("connection"), "close");
  EXPECT_NE(third.header("retry-after"), "");
  first.reset();
  EXPECT_TRUE(becomes_true([&] { return server.get("/health").status == 200; }));
}

TEST(LimitsTest, WrongKeysAreSlowedDown) {
  const TestServer server({.http = {.api_keys = {"k"}}});
  HttpClient client = server.connect();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) client.send(request_bytes("GET", "/v1/models"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.read().status, 401);
  // A delay that the server promises is no timing of ours: three wrong keys wait at least 0.6 s.
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(600));
}

}  // namespace
}  // namespace pcai::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;

constexpr const char* kChat = "/v1/chat/completions";
constexpr std::chrono::hours kLong{1};

TEST(StopTest, AServerThatNeverRanGoesQuietly) {
  engine::Engine engine(std::make_shared<backend::BackendRegistry>(), {});
  EXPECT_TRUE(http::HttpServer::listen(engine, {.port = 0, .threads = 3}));
}

TEST(StopTest, StopBeforeRunEndsItAtOnce) {
  engine::Engine engine(std::make_shared<backend::BackendRegistry>(), {});
  const auto server = http::HttpServer::listen(engine, {.port = 0, .threads = 3});
  ASSERT_TRUE(server);
  (*server)->stop(kLong);
  (*server)->run();
}

TEST(StopTest, IdleConnectionsAreClosedAndRunReturns) {
  TestServer server({.http = {.threads = 2}});
  HttpClient used = server.connect();
  used.send(request_bytes("GET", "/health"));
  EXPECT_EQ(used.read().status, 200);
  HttpClient fresh = server.connect();
  EXPECT_EQ(server.get("/health").status, 200);
  server.server().stop(kLong);
  server.join();
  EXPECT_TRUE(used.read_to_end());
  EXPECT_TRUE(fresh.read_to_end());
  EXPECT_THROW(server.connect(), std::exception);
}

TEST(StopTest, LiveRequestsMayFinish) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(post_bytes(kChat, chat_body("fake: tokens=50 delay_ms=5\nx", R"(,"stream":true)")));
  ASSERT_TRUE(client.read_until("data:"));
  server.server().stop(kLong);
  EXPECT_THAT(client.read().body, EndsWith("data: [DONE]\n\n"));
  EXPECT_TRUE(client.read_to_end());
  server.join();
}

TEST(StopTest, TheLastAnswerSaysThatItIsTheLast) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(post_bytes(kChat, chat_body("fake: prefill_ms=200 reply=done")));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().running == 1; }));
  server.server().stop(kLong);
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("connection"), "close");
  server.join();
}

TEST(StopTest, WhatOutlivesTheGraceIsToldAndCancelled) {
  TestServer server({.http = {.threads = 2}});
  HttpClient stream = server.connect();
  stream.send(
      post_bytes(kChat, chat_body("fake: tokens=9 delay_ms=600000\nx", R"(,"stream":true)")));
  ASSERT_TRUE(stream.read_until("data:"));
  HttpClient whole = server.connect();
  whole.send(post_bytes(kChat, chat_body("fake: tokens=9 delay_ms=600000\nx")));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().running == 2; }));
  server.server().stop(milliseconds(20));
  const Answer cut = stream.read();
  EXPECT_THAT(cut.body, HasSubstr("shutting down"));
  EXPECT_THAT(cut.body, testing::Not(HasSubstr("[DONE]")));
  const Answer answer = whole.read();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("x-should-retry"), "true");
  server.join();
  EXPECT_TRUE(becomes_true([&] { return server.engine().stats().cancelled == 2; }));
}

TEST(StopTest, ASecondStopWithoutGraceEndsAtOnce) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(post_bytes(kChat, chat_body("fake: prefill_ms=600000\nx")));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().running == 1; }));
  server.server().stop(kLong);
  server.server().stop(milliseconds(0));
  server.join();
  EXPECT_EQ(client.read().status, 503);
}

TEST(StopTest, ConnectionsThatSendOrReadNothingDoNotHoldItUp) {
  TestServer server({.fake = {.context_length = 4'000'000}});
  HttpClient partial = server.connect();
  partial.send("GET /health HTTP/1.1\r\nHost: loc");
  HttpClient body = server.connect();
  body.send(
      request_bytes("POST", kChat, "Content-Type: application/json\r\nContent-Length: 9\r\n"));
  HttpClient reader = server.connect();
  reader.set_receive_buffer(4096);
  reader.send(post_bytes(
      kChat, chat_body("fake: tokens=3000000\nx", R"(,"stream":true,"max_tokens":3000000)")));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().running == 1; }));
  server.server().stop(milliseconds(10));
  server.join();
  EXPECT_TRUE(becomes_true([&] { return server.engine().stats().cancelled == 1; }));
}

TEST(StopTest, DestroyingAServerThatRunsEndsIt) {
  auto registry = std::make_shared<backend::BackendRegistry>();
  backend::fake::register_fake(*registry, backend::fake::FakeOptions{});
  engine::Engine engine(registry, {});
  ASSERT_TRUE(engine.add_model({.id = "m", .config = {}, .backend = "fake"}));
  auto server = http::HttpServer::listen(engine, {.port = 0, .threads = 2});
  ASSERT_TRUE(server);
  http::HttpServer* running = server->get();
  std::thread thread([running] { running->run(); });
  HttpClient client((*server)->port());
  client.send(request_bytes("GET", "/health"));
  ASSERT_EQ(client.read().status, 200);
  client.send(post_bytes(kChat, chat_body("fake: prefill_ms=600000\nx")));
  server->reset();
  thread.join();
  EXPECT_TRUE(client.read_to_end());
}

}  // namespace
}  // namespace pcai::test

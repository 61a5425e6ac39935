#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace pcai::test {
namespace {

constexpr const char* kChat = "/v1/chat/completions";

/// How a client leaves, and whether it streams.
struct Leaving {
  const char* name;
  bool stream;
  void (*leave)(HttpClient&);
};

class DisconnectTest : public testing::TestWithParam<Leaving> {
 protected:
  std::string request(const std::string& script) const {
    return post_bytes(kChat, chat_body(script, GetParam().stream ? R"(,"stream":true)" : ""));
  }

  static bool all_gone(engine::Engine& engine, std::uint64_t cancelled) {
    return becomes_true([&] {
      const engine::EngineStats stats = engine.stats();
      const auto model = engine.model_stats("");
      return stats.cancelled == cancelled && stats.running == 0 && stats.queued == 0 && model &&
             model->sequences_running == 0 && model->sequences_waiting == 0;
    });
  }
};

TEST_P(DisconnectTest, EndsARequestDuringPrefill) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(request("fake: prefill_ms=600000\nx"));
  ASSERT_TRUE(
      becomes_true([&] { return server.engine().model_stats("")->sequences_running == 1; }));
  GetParam().leave(client);
  EXPECT_TRUE(all_gone(server.engine(), 1));
}

TEST_P(DisconnectTest, EndsARequestDuringDecode) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(request("fake: tokens=1000000 delay_ms=1\nx"));
  ASSERT_TRUE(becomes_true([&] { return server.engine().model_stats("")->tokens_generated > 5; }));
  GetParam().leave(client);
  EXPECT_TRUE(all_gone(server.engine(), 1));
}

TEST_P(DisconnectTest, EndsARequestInTheQueueAndNoOther) {
  TestServer server({.fake = {.max_sequences = 1}});
  HttpClient running = server.connect();
  running.send(request("fake: prefill_ms=600000\nx"));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().running == 1; }));
  HttpClient queued = server.connect();
  queued.send(request("fake: prefill_ms=600000\nx"));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().queued == 1; }));
  GetParam().leave(queued);
  EXPECT_TRUE(becomes_true([&] { return server.engine().stats().queued == 0; }));
  EXPECT_EQ(server.engine().stats().running, 1U);
  EXPECT_EQ(server.engine().stats().cancelled, 1U);
  GetParam().leave(running);
  EXPECT_TRUE(all_gone(server.engine(), 2));
}

TEST_P(DisconnectTest, EndsARequestWhileItsModelIsLoaded) {
  TestServer server({.fake = {.load_time = std::chrono::milliseconds(300)}, .load = false});
  HttpClient client = server.connect();
  client.send(request("fake: prefill_ms=600000\nx"));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().queued == 1; }));
  GetParam().leave(client);
  EXPECT_TRUE(all_gone(server.engine(), 1));
}

TEST_P(DisconnectTest, EndsEveryChoice) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(
      post_bytes(kChat, chat_body("fake: prefill_ms=600000\nx",
                                  GetParam().stream ? R"(,"n":3,"stream":true)" : R"(,"n":3)")));
  ASSERT_TRUE(
      becomes_true([&] { return server.engine().model_stats("")->sequences_running == 3; }));
  GetParam().leave(client);
  EXPECT_TRUE(all_gone(server.engine(), 3));
}

TEST_P(DisconnectTest, IsNoticedBehindPipelinedBytes) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(request("fake: prefill_ms=600000\nx") + request_bytes("GET", "/health"));
  ASSERT_TRUE(
      becomes_true([&] { return server.engine().model_stats("")->sequences_running == 1; }));
  GetParam().leave(client);
  EXPECT_TRUE(all_gone(server.engine(), 1));
}

TEST_P(DisconnectTest, AThousandTimesLeavesNothingBehindAndDisturbsNobody) {
  TestServer server;
  HttpClient other = server.connect();
  other.send(post_bytes(kChat, chat_body("fake: tokens=2000 delay_ms=1\nx", R"(,"stream":true)")));
  for (int i = 0; i < 1000; ++i) {
    HttpClient client = server.connect();
    client.send(request(i % 2 == 0 ? "fake: prefill_ms=3\nx" : "fake: tokens=100 delay_ms=1\nx"));
    if (i % 3 == 0 && GetParam().stream) client.read_until("data:");
    GetParam().leave(client);
  }
  const Answer answer = other.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, testing::EndsWith("data: [DONE]\n\n"));
  // The last ones may still be on their way to the model.
  EXPECT_TRUE(becomes_true([&] {
    const auto model = server.engine().model_stats("");
    return server.engine().stats().running == 0 && model->sequences_running == 0 &&
           model->sequences_waiting == 0 && model->kv_cells_active == 0;
  }));
}

INSTANTIATE_TEST_SUITE_P(
    All, DisconnectTest,
    testing::Values(Leaving{"Close", true, [](HttpClient& c) { c.close(); }},
                    Leaving{"CloseWhole", false, [](HttpClient& c) { c.close(); }},
                    Leaving{"Reset", true, [](HttpClient& c) { c.close(true); }},
                    Leaving{"ResetWhole", false, [](HttpClient& c) { c.close(true); }},
                    Leaving{"HalfClose", true, [](HttpClient& c) { c.shutdown_send(); }}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(PipelinedTest, BytesThatArriveDuringAnAnswerAreNoDisconnect) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(
      post_bytes(kChat, chat_body("fake: prefill_ms=100 reply=first", R"(,"stream":true)")));
  ASSERT_TRUE(
      becomes_true([&] { return server.engine().model_stats("")->sequences_running == 1; }));
  // Byte by byte, so that the watch fires often.
  for (const char c : post_bytes(kChat, chat_body("fake: reply=second"))) {
    client.send(std::string_view(&c, 1));
  }
  EXPECT_EQ(streamed_text(client.read().body), "first");
  EXPECT_THAT(client.read().body, testing::HasSubstr("second"));
  EXPECT_EQ(server.engine().stats().cancelled, 0U);
}

TEST(PipelinedTest, MoreThanAConnectionKeepsIsReadLater) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(
      post_bytes(kChat, chat_body("fake: prefill_ms=100 reply=first", R"(,"stream":true)")));
  client.send(post_bytes(kChat, chat_body("fake: reply=second\n" + std::string(200000, ' '))));
  EXPECT_EQ(streamed_text(client.read().body), "first");
  EXPECT_THAT(client.read().body, testing::HasSubstr("second"));
}

}  // namespace
}  // namespace pcai::test

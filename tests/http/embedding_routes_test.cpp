#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using nlohmann::json;

TEST(EmbeddingRoutesTest, TextsBecomeVectorsInTheirOrder) {
  TestServer server;
  const Answer answer = server.post("/v1/embeddings", R"({"input":["one","two","one"]})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json body = json::parse(answer.body);
  ASSERT_EQ(body["data"].size(), 3U);
  EXPECT_EQ(body["data"][0]["embedding"], body["data"][2]["embedding"]);
  EXPECT_NE(body["data"][0]["embedding"], body["data"][1]["embedding"]);
  EXPECT_EQ(body["model"], "fake/model:1b");
  EXPECT_EQ(body["usage"]["prompt_tokens"], 3);
}

TEST(EmbeddingRoutesTest, FewerDimensionsAreCutAndMoreRefused) {
  TestServer server;
  const Answer cut = server.post("/v1/embeddings", R"({"input":"one","dimensions":8})");
  EXPECT_EQ(json::parse(cut.body)["data"][0]["embedding"].size(), 8U);
  const Answer more = server.post("/v1/embeddings", R"({"input":"one","dimensions":1000})");
  EXPECT_EQ(more.status, 400);
  EXPECT_EQ(json::parse(more.body)["error"]["param"], "dimensions");
}

TEST(EmbeddingRoutesTest, AModelThatIsNotLoadedIsLoadedFirst) {
  TestServer server({.load = false});
  EXPECT_EQ(server.post("/v1/embeddings", R"({"input":"one"})").status, 200);
}

TEST(EmbeddingRoutesTest, FailuresHaveTheirStatus) {
  TestServer server;
  EXPECT_EQ(server.post("/v1/embeddings", R"({"input":"fake: fail"})").status, 500);
  EXPECT_EQ(server.post("/v1/embeddings", R"({"input":"a","model":"no"})").status, 404);
  EXPECT_EQ(server.post("/v1/embeddings", R"({"input":[70000]})").status, 400);
}

TEST(EmbeddingRoutesTest, AFloodIsRefusedAndClientsThatLeaveMakeRoom) {
  TestServer server({.engine = {.max_inquiries = 3}});
  std::array clients{server.connect(), server.connect(), server.connect()};
  for (HttpClient& client : clients) {
    client.send(post_bytes("/v1/embeddings", R"({"input":"fake: hang"})"));
  }
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().accepted == 3; }));
  const Answer refused = server.post("/v1/embeddings", R"({"input":"one"})");
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.header("retry-after"), "");
  for (HttpClient& client : clients) client.close();
  EXPECT_TRUE(becomes_true(
      [&] { return server.post("/v1/embeddings", R"({"input":"one"})").status == 200; }));
}

TEST(EmbeddingRoutesTest, StoppingAnswersThoseWhoWait) {
  TestServer server;
  HttpClient client = server.connect();
  client.send(post_bytes("/v1/embeddings", R"({"input":"fake: hang"})"));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().accepted == 1; }));
  server.server().stop(std::chrono::milliseconds(0));
  const Answer answer = client.read();
  EXPECT_TRUE(answer.status == 503 || answer.status == 0) << answer.status;
  server.join();
}

TEST(EmbeddingRoutesTest, DocumentsAreRanked) {
  TestServer server;
  const Answer answer = server.post(
      "/v1/rerank", R"({"query":"a panda","documents":["a car","a panda","it"],"top_n":2})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json results = json::parse(answer.body)["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[0]["index"], 1);
  EXPECT_EQ(server.post("/rerank", R"({"query":"a","documents":["b"]})").status, 200);
}

TEST(TokenRoutesTest, TextGoesToTokensAndBack) {
  TestServer server;
  const Answer tokens = server.post("/tokenize", R"({"content":"one two"})");
  ASSERT_EQ(tokens.status, 200) << tokens.body;
  const json ids = json::parse(tokens.body)["tokens"];
  EXPECT_EQ(ids.size(), 2U);
  const Answer text = server.post("/detokenize", json{{"tokens", ids}}.dump());
  EXPECT_EQ(json::parse(text.body)["content"], "one two");
  const Answer pieces = server.post("/tokenize", R"({"content":"one two","with_pieces":true})");
  EXPECT_EQ(json::parse(pieces.body)["tokens"][1]["piece"], " two");
  EXPECT_EQ(server.post("/detokenize", R"({"tokens":[12345]})").status, 400);
}

TEST(TokenRoutesTest, AChatIsShownAsTheModelReadsIt) {
  TestServer server;
  const Answer answer = server.post("/apply-template", chat_body("hello there"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body)["prompt"], "<|user|>hello there\n<|assistant|>");
}

}  // namespace
}  // namespace pcai::test

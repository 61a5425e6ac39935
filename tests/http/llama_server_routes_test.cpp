#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using nlohmann::json;

json answered(const TestServer& server, const char* target, const json& body) {
  const Answer answer = server.post(target, body.dump());
  EXPECT_EQ(answer.status, 200) << answer.body;
  return json::parse(answer.body, nullptr, false);
}

TEST(LlamaServerRoutesTest, ACompletionIsWhole) {
  const TestServer server;
  const json body = answered(server, "/completion", {{"prompt", "hello"}, {"n_predict", 2}});
  EXPECT_EQ(body["content"], "You said:");
  EXPECT_EQ(body["stop_type"], "limit");
  EXPECT_EQ(body["model"], "fake/model:1b");
  EXPECT_EQ(body["tokens_predicted"], 2);
  EXPECT_EQ(body["timings"]["predicted_n"], 2);
}

TEST(LlamaServerRoutesTest, AStreamHasTheSameText) {
  const TestServer server;
  const json body = {{"prompt", "fake: reply=one two three"}, {"stream", true}};
  const Answer stream = server.post("/completion", body.dump());
  ASSERT_EQ(stream.status, 200) << stream.body;
  EXPECT_EQ(stream.header("content-type"), "text/event-stream");
  std::string text;
  json last;
  for (std::size_t at = 0; (at = stream.body.find("data: ", at)) != std::string::npos; ++at) {
    last = json::parse(stream.body.substr(at + 6, stream.body.find("\n\n", at) - at - 6));
    text += last["content"].get<std::string>();
  }
  EXPECT_EQ(text, "one two three");
  EXPECT_EQ(last["stop"], true);
  EXPECT_EQ(last["stop_type"], "eos");
}

TEST(LlamaServerRoutesTest, AGapIsFilledAsLlamaVimAsks) {
  const TestServer server;
  const json body = answered(
      server, "/infill",
      {{"id_slot", 0},
       {"input_prefix", "fake: reply=gap filled\n"},
       {"input_suffix", "after"},
       {"input_extra", {{{"filename", "a.h"}, {"text", "int a;"}}}},
       {"prompt", ""},
       {"n_predict", 64},
       {"samplers", {"top_k", "top_p", "infill"}},
       {"cache_prompt", true},
       {"t_max_prompt_ms", 500},
       {"t_max_predict_ms", 1000},
       {"response_fields", {"content", "timings/prompt_n", "timings/predicted_ms", "truncated"}}});
  EXPECT_EQ(body["content"], "gap filled");
  EXPECT_TRUE(body["timings/prompt_n"].is_number());
  EXPECT_EQ(body["truncated"], false);
  EXPECT_EQ(body["warnings"].size(), 3U) << body;
  EXPECT_FALSE(body.contains("timings"));
}

TEST(LlamaServerRoutesTest, TheTimeEndsAnAnswerThatHasALine) {
  const TestServer server;
  const json body = answered(server, "/completion",
                             {{"prompt", "fake: delay_ms=20 tokens=500 reply=a\nfake: reply=b"},
                              {"t_max_predict_ms", 60}});
  EXPECT_EQ(body["stop_type"], "limit");
  EXPECT_LT(body["tokens_predicted"].get<int>(), 500);
  EXPECT_GE(body["tokens_predicted"].get<int>(), 1);
}

TEST(LlamaServerRoutesTest, AnUncachedPromptIsComputedAnew) {
  const TestServer server;
  const json body = {{"prompt", "one two three four"}};
  answered(server, "/completion", body);
  json anew = body;
  anew["cache_prompt"] = false;
  EXPECT_EQ(answered(server, "/completion", anew)["tokens_cached"], 0);
}

TEST(LlamaServerRoutesTest, AnErrorNamesItsFieldInThisApisWords) {
  const TestServer server;
  const auto param = [&server](const char* target, const json& body) {
    const Answer answer = server.post(target, body.dump());
    EXPECT_EQ(answer.status, 400) << answer.body;
    return json::parse(answer.body)["error"]["param"].get<std::string>();
  };
  EXPECT_EQ(param("/completion", {{"prompt", "fake: refuse=max_tokens"}}), "n_predict");
  EXPECT_EQ(param("/completion", {{"prompt", "x"}, {"top_p", 7}}), "top_p");
  EXPECT_EQ(param("/infill", {{"input_prefix", "x"}}), "input_suffix");
}

TEST(LlamaServerRoutesTest, PropsAndSlotsTellTheModel) {
  const TestServer server;
  const json props = json::parse(server.get("/props").body);
  const json slots = json::parse(server.get("/slots").body);
  EXPECT_EQ(props["model_alias"], "fake/model:1b");
  EXPECT_EQ(props["total_slots"], slots.size());
  EXPECT_EQ(props["default_generation_settings"]["n_ctx"], slots[0]["n_ctx"]);
  EXPECT_EQ(server.get("/props?model=fake%2Fmodel%3A1b").status, 200);
  EXPECT_EQ(server.get("/props?model=other").status, 404);
  EXPECT_EQ(server.get("/slots?fail_on_no_slot=1").status, 200);
}

}  // namespace
}  // namespace pcai::test

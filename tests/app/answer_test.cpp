#include "app/answer.h"

#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "app/engine_setup.h"
#include "app/settings_table.h"

namespace pcai {
namespace {

using testing::HasSubstr;

/// The fake backend in this process, as `pcai run --backend fake` has it.
class AnswerTest : public testing::Test {
 protected:
  AnswerTest() {
    Settings settings = default_settings(kRun);
    settings.backend = "fake";
    settings.log_level = "off";
    auto made = make_engine(settings);
    if (made) engine_ = std::move(*made);
  }

  Answer ask(const std::string& text, const AnswerPieces& pieces = {}) {
    ChatPrompt prompt;
    prompt.messages.push_back({.role = Role::User, .content = text});
    return get_answer(*engine_, {.prompt = std::move(prompt)}, signals_, pieces);
  }

  std::unique_ptr<Engine> engine_;
  Signals signals_;
};

TEST_F(AnswerTest, ThePiecesMakeUpTheAnswer) {
  std::string text;
  const Answer answer = ask("fake: reply=one two three", {.text = [&](std::string_view piece) {
                              text += piece;
                              return true;
                            }});
  ASSERT_FALSE(answer.error) << answer.error->message;
  EXPECT_EQ(answer.response.content, "one two three");
  EXPECT_EQ(text, "one two three");
  EXPECT_EQ(answer.response.finish_reason, FinishReason::Stop);
  EXPECT_EQ(answer.response.usage.completion_tokens, 3U);
}

TEST_F(AnswerTest, AFailureComesWithWhatWasThereBefore) {
  const Answer answer = ask("fake: tokens=10 fail_after=2");
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code, ErrorCode::Internal);
  EXPECT_TRUE(answer.response.content.has_value());
}

TEST_F(AnswerTest, ARefusedRequestIsAnErrorToo) {
  const Answer answer = ask("fake: nonsense=1");
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code, ErrorCode::InvalidRequest);
}

TEST_F(AnswerTest, ASignalEndsTheAnswer) {
  bool raised = false;
  const Answer answer = ask("fake: tokens=100000 delay_ms=1", {.text = [&](std::string_view) {
                              if (!std::exchange(raised, true)) std::raise(SIGINT);
                              return true;
                            }});
  EXPECT_EQ(answer.signal, SIGINT);
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code, ErrorCode::Cancelled);
}

TEST_F(AnswerTest, AReaderThatLeavesEndsTheAnswer) {
  const Answer answer =
      ask("fake: tokens=100000 delay_ms=1", {.text = [](std::string_view) { return false; }});
  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->code, ErrorCode::Cancelled);
  EXPECT_FALSE(answer.signal);
}

TEST_F(AnswerTest, JsonHasTheTextTheReasonAndTheTokens) {
  const Answer answer = ask("fake: reasoning=1 reply=well, done");
  const auto json = to_json(answer, "fake");
  EXPECT_EQ(json.at("model"), "fake");
  EXPECT_EQ(json.at("finish_reason"), "stop");
  EXPECT_EQ(json.at("usage").at("completion_tokens"), answer.response.usage.completion_tokens);
  EXPECT_TRUE(json.at("reasoning").is_string());
  EXPECT_TRUE(json.at("tool_calls").empty());
  EXPECT_TRUE(json.at("timings").contains("first_token_ms"));
}

TEST_F(AnswerTest, JsonHasToolCalls) {
  const auto json = to_json(ask("fake: tool=get_time args={\"zone\":\"UTC\"}"), "fake");
  ASSERT_EQ(json.at("tool_calls").size(), 1U);
  EXPECT_EQ(json.at("tool_calls")[0].at("name"), "get_time");
  EXPECT_EQ(json.at("finish_reason"), "tool_calls");
}

TEST(EngineSetupTest, AMissingModelIsNamed) {
  Settings settings = default_settings(kRun);
  settings.model = {"/nowhere/model.gguf"};
  const auto engine = make_engine(settings);
  ASSERT_FALSE(engine);
  EXPECT_THAT(engine.error().message, HasSubstr("/nowhere/model.gguf"));
}

TEST(EngineSetupTest, AChatTemplateThatIsMissingIsNamed) {
  Settings settings = default_settings(kRun);
  settings.backend = "fake";
  settings.chat_template = "/nowhere/template.jinja";
  const auto engine = make_engine(settings);
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code, ErrorCode::InvalidRequest);
  EXPECT_THAT(engine.error().message, HasSubstr("/nowhere/template.jinja"));
}

TEST(EngineSetupTest, TheFirstModelIsTheDefaultOne) {
  Settings settings = default_settings(kRun);
  settings.backend = "fake";
  settings.model = {"one", "two"};
  const auto engine = make_engine(settings);
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ((*engine)->model("")->id, "one");
  EXPECT_EQ((*engine)->list_models().size(), 2U);
}

}  // namespace
}  // namespace pcai

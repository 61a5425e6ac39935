#include "app/answer.h"

#include <gmock/gmock.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "app/engine_setup.h"
#include "app/settings/settings_table.h"
#include "app/settings/toml_source.h"
#include "app/temporary_folder.h"

namespace pcai::app {
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
    if (made) engine_ = std::move(made->engine);
  }

  Answer ask(const std::string& text, const AnswerPieces& pieces = {}) {
    ChatPrompt prompt;
    prompt.messages.push_back({.role = Role::User, .content = text});
    return get_answer(*engine_, {.prompt = std::move(prompt)}, signals_, pieces);
  }

  std::unique_ptr<engine::Engine> engine_;
  platform::Signals signals_;
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
  const auto made = make_engine(settings);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->engine->model("")->id, "one");
  EXPECT_EQ(made->engine->list_models().size(), 2U);
  EXPECT_EQ(made->at_start, (std::vector<std::string>{"one", "two"}));
}

/// The settings of a file that says so, for the fake backend.
Settings with_sections(const std::string& toml) {
  TemporaryFolder folder;
  const auto file = read_settings_file(folder.write("pcai.toml", toml), {});
  EXPECT_TRUE(file) << file.error().message;
  Settings settings = resolve(default_settings(kServe), file->given)->values;
  settings.backend = "fake";
  settings.isolation = "none";
  settings.sections = file->models;
  return settings;
}

TEST(EngineSetupTest, ASectionIsAModelWithSettingsOfItsOwn) {
  const auto made = make_engine(
      with_sections("keep_alive = 60\n[models.b]\nmodel = 'fake-b'\naliases = ['gpt-4o', 'c']\n"
                    "[models.a]\npinned = true\nkeep_alive = 5\n"));
  ASSERT_TRUE(made) << made.error().message;
  const engine::Engine& engine = *made->engine;
  EXPECT_EQ(engine.model("")->id, "b") << "the first in the file";
  EXPECT_EQ(engine.model("gpt-4o")->id, "b");
  EXPECT_TRUE(engine.model("a")->pinned);
  EXPECT_EQ(made->at_start, (std::vector<std::string>{"b", "a"}));
}

TEST(OfferedModelsTest, OnlyWhatChangedIsLoadedAnew) {
  const auto made = make_engine(with_sections("[models.a]\n[models.b]\n[models.c]\n"));
  ASSERT_TRUE(made) << made.error().message;
  engine::Engine& engine = *made->engine;
  backend::NoProgress progress;
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(engine.load_model(id, progress));
  auto models = choose_models(with_sections("[models.d]\n[models.b]\nthreads = 3\n[models.a]\n"));
  ASSERT_TRUE(models);
  const auto change = made->offered->offer(std::move(*models));
  ASSERT_TRUE(change) << change.error().message;
  EXPECT_THAT(change->added, testing::ElementsAre("d"));
  EXPECT_THAT(change->changed, testing::ElementsAre("b"));
  EXPECT_THAT(change->removed, testing::ElementsAre("c"));
  EXPECT_EQ(engine.model("")->id, "d");
  EXPECT_EQ(engine.model("a")->state, ModelState::Ready);
  EXPECT_EQ(engine.model("b")->state, ModelState::Unloaded);
  EXPECT_EQ(engine.model("c").error().code, ErrorCode::ModelNotFound);
}

}  // namespace
}  // namespace pcai::app

#include "models/stores/lm_studio_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/gguf_builder.h"
#include "models/model_finder.h"
#include "models/stores/store_yaml.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// An LM Studio home with one plain model.
class LmStudioHubTest : public testing::Test {
 protected:
  LmStudioHubTest() {
    folder_.write("models/org/repo/b-Q8_0.gguf", test::GgufBuilder::tiny_model().build());
    folder_.write("models/org/repo/a-Q4_0.gguf", test::GgufBuilder::tiny_model().build());
    folders_.lm_studio = {folder_.path() / "models"};
    folders_.lm_studio_hubs = {folder_.path() / "hub"};
  }

  FoundModel virtual_of(const std::string& yaml) {
    folder_.write("hub/models/maker/tuned/model.yaml", yaml);
    const auto models = list_virtual_models(folder_.path() / "hub", folders_.lm_studio);
    EXPECT_EQ(models.size(), 1U);
    return models.empty() ? FoundModel{} : models.front();
  }

  test::TemporaryFolder folder_;
  ModelFolders folders_;
};

TEST_F(LmStudioHubTest, AVirtualModelIsListedBesideThePlainFilesWithItsSettings) {
  virtual_of(R"(# as LM Studio writes it
model: maker/tuned
base:
  - key: other/absent
    sources:
      - type: huggingface
        user: org
        repo: repo
config:
  load:
    fields:
      - {key: llm.load.contextLength, value: 16}
      - {key: llm.load.numExperts, value: 2}
  operation:
    fields:
      - {key: llm.prediction.temperature, value: 0.5}
      - {key: llm.prediction.topKSampling, value: 20}
      - key: llm.prediction.topPSampling
        value: {checked: true, value: 0.9}
      - key: llm.prediction.minPSampling
        value: {checked: false, value: 0.3}
      - {key: llm.prediction.systemPrompt, value: "12"}
      - {key: llm.prediction.repeatPenalty, value: hot}
)");
  const auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[0].id, "a-Q4_0");
  EXPECT_EQ(models[0].full_id, "lmstudio:org/repo/a-Q4_0");
  EXPECT_EQ(models[0].defaults.given, 0U);
  const FoundModel& tuned = models[2];
  ASSERT_FALSE(tuned.error) << tuned.error->message;
  EXPECT_EQ(tuned.id, "maker/tuned");
  EXPECT_EQ(tuned.full_id, "lmstudio:maker/tuned");
  EXPECT_EQ(tuned.path.filename(), "a-Q4_0.gguf");
  EXPECT_EQ(tuned.architecture, "llama");
  EXPECT_EQ(tuned.context, 16U);
  EXPECT_EQ(default_text(tuned.defaults, "temperature"), "0.5");
  EXPECT_EQ(default_text(tuned.defaults, "top_k"), "20");
  EXPECT_EQ(default_text(tuned.defaults, "top_p"), "0.9");
  EXPECT_EQ(default_text(tuned.defaults, "min_p"), "0");
  EXPECT_EQ(tuned.defaults.system, "12");
  EXPECT_EQ(default_text(tuned.defaults, "repeat_penalty"), "");
  EXPECT_THAT(tuned.notes, ElementsAre(HasSubstr("numExperts"), HasSubstr("repeatPenalty")));
  EXPECT_EQ(resolve_model(folders_, "lmstudio:maker/tuned")->id, "maker/tuned");
  EXPECT_EQ(default_text(resolve_model(folders_, "maker/tuned")->defaults, "top_k"), "20");
  EXPECT_EQ(resolve_model(folders_, "a-q")->id, "a-Q4_0");
}

TEST_F(LmStudioHubTest, ABaseMayBeATextAndOneThatIsAbsentIsTheError) {
  EXPECT_EQ(virtual_of("base: org/repo").path.filename(), "a-Q4_0.gguf");
  const FoundModel missing = virtual_of("base: org/absent");
  ASSERT_TRUE(missing.error);
  EXPECT_THAT(missing.error->message, HasSubstr("org/absent"));
}

TEST_F(LmStudioHubTest, ABaseCannotLeadOutOfTheModelsFolder) {
  folder_.write("secret/repo/s.gguf", test::GgufBuilder::tiny_model().build());
  for (const std::string base :
       {"../secret/repo", "..", "org/..", "/secret", "org/repo/../../../secret", "org\\..\\x/y",
        "[{sources: [{user: .., repo: secret}]}]", "[{sources: [{user: org, repo: /etc}]}]"}) {
    const FoundModel model = virtual_of("base: " + base);
    ASSERT_TRUE(model.error) << base;
    EXPECT_EQ(model.path.filename(), "model.yaml") << base;
  }
}

TEST_F(LmStudioHubTest, DamagedFilesAreListedWithTheirReason) {
  const std::string deep(40, '[');
  std::string bullets;
  for (int i = 0; i < 20'000; ++i) bullets += "- ";
  for (const std::string& yaml :
       {std::string(), std::string("base: [org/repo"), std::string("\xff\xfe\x01"),
        std::string("base: &a org/repo\nx: *a"), std::string("base: org/repo\nbase: org/repo"),
        std::string("? {a: b}\n: c"), "x: " + deep, std::string(60'000, '['), bullets,
        "base: org/repo #" + std::string(kMaxYamlBytes, ' '), std::string("base: 7"),
        std::string("- base"), std::string("base: \"\\xZZ\"")}) {
    EXPECT_TRUE(virtual_of(yaml).error) << yaml.substr(0, 40);
  }
}

TEST_F(LmStudioHubTest, SettingsOfAnyOtherShapeAreNotesOrNothing) {
  for (const std::string config : {"7", "{load: 7}", "{load: {fields: 7}}", "{load: {fields: [7]}}",
                                   "{load: {fields: [{key: llm.load.contextLength, value: -1}]}}",
                                   "{operation: {fields: {a: b}}}"}) {
    const FoundModel model = virtual_of("base: org/repo\nconfig: " + config);
    EXPECT_FALSE(model.error) << config;
    EXPECT_FALSE(model.context) << config;
  }
}

}  // namespace
}  // namespace pcai::models

#include "app/choice/known_models.h"

#include <gmock/gmock.h>

#include "hub/hub_name.h"

namespace pcai::app {
namespace {

using testing::HasSubstr;

constexpr const char* kDigest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string refusal(const std::string& text) {
  const auto models = parse_known_models(text, "list.toml");
  return models ? std::string() : models.error().message;
}

TEST(KnownModelsTest, OurOwnListIsWhole) {
  const auto models = known_models();
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_GE(models->size(), 10U);
  for (const KnownModel& model : *models) {
    EXPECT_EQ(model.sha256.size(), 64U) << model.name;
    const auto name = hub::parse_hub_name(model.model);
    ASSERT_TRUE(name) << model.name;
    EXPECT_FALSE(name->choice.empty()) << model.name << " may become another file";
  }
}

TEST(KnownModelsTest, ANameWithoutItsSizeIsTheFirstOfThem) {
  const std::vector<KnownModel> models = {{.name = "a:2b", .model = "x", .sha256 = ""},
                                          {.name = "a:1b", .model = "y", .sha256 = ""},
                                          {.name = "ab:1b", .model = "z", .sha256 = ""}};
  EXPECT_EQ(find_known(models, "A:1B")->model, "y");
  EXPECT_EQ(find_known(models, "a")->model, "x");
  EXPECT_EQ(find_known(models, "ab")->model, "z");
  EXPECT_EQ(find_known(models, "a:"), nullptr);
  EXPECT_EQ(find_known(models, "b"), nullptr);
  EXPECT_EQ(find_known(models, ""), nullptr);
}

TEST(KnownModelsTest, AListIsReadAndItsMistakesAreNamedByLine) {
  const auto models = parse_known_models(
      "[\"Mine:1b\"]\nmodel = \"hf:o/r:f.gguf\"\nsha256 = \"" + std::string(kDigest) + "\"\n",
      "list.toml");
  ASSERT_TRUE(models) << models.error().message;
  ASSERT_EQ(models->size(), 1U);
  EXPECT_EQ(models->front().name, "mine:1b");
  EXPECT_THAT(refusal("a = 1"), HasSubstr("list.toml:1"));
  EXPECT_THAT(refusal("[a]\nmodel = \"hf:o/r\"\nsize = \"1\""), HasSubstr("list.toml:3"));
  EXPECT_THAT(refusal("[a]\nmodel = \"nothing\""), HasSubstr("list.toml:1"));
  EXPECT_THAT(refusal("[a]\nmodel = \"hf:o/r\"\nsha256 = \"12\""), HasSubstr("64 digits"));
  EXPECT_THAT(refusal("[\"a/b\"]\nmodel = \"hf:o/r\""), HasSubstr("no '/'"));
  EXPECT_THAT(refusal("[a\n"), HasSubstr("list.toml:1"));
}

}  // namespace
}  // namespace pcai::app

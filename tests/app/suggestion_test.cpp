#include "app/settings/suggestion.h"

#include <gtest/gtest.h>

namespace pcai::app {
namespace {

const std::vector<std::string> kKnown = {"port", "host", "model", "models_dir"};

TEST(SuggestionTest, TheNearestWordIsSuggested) {
  EXPECT_EQ(did_you_mean("prot", kKnown), "; did you mean 'port'?");
  EXPECT_EQ(did_you_mean("modle", kKnown), "; did you mean 'model'?");
  EXPECT_EQ(did_you_mean("model_dir", kKnown), "; did you mean 'models_dir'?");
}

TEST(SuggestionTest, AWordThatIsFarFromAllGetsNone) {
  EXPECT_EQ(did_you_mean("temperature", kKnown), "");
  EXPECT_EQ(did_you_mean("", kKnown), "");
  EXPECT_EQ(did_you_mean(std::string(100'000, 'p'), kKnown), "");
}

}  // namespace
}  // namespace pcai::app

#include "app/settings/familiar_words.h"

#include <gmock/gmock.h>

namespace pcai::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class FamiliarWordsTest : public testing::Test {
 protected:
  FamiliarWordsTest() {
    root_.add_subcommand("models", "");
    CLI::App* const run = root_.add_subcommand("run", "");
    run->add_option("--model", texts_);
    run->add_option("--system", texts_);
    run->add_option("--context", texts_);
    run->add_option("--gpu-layers", texts_);
    run->add_option("--max-tokens", texts_);
    run->add_flag("--verbose", flag_);
    CLI::App* const ps = root_.add_subcommand("ps", "");
    ps->add_flag("--all,-a", flag_);
  }

  std::vector<std::string> own(std::vector<std::string> arguments) {
    auto result = in_own_words(root_, std::move(arguments));
    if (!result) return {"error", result.error().message};
    return *result;
  }

  std::string refusal(std::vector<std::string> arguments) {
    const auto result = in_own_words(root_, std::move(arguments));
    return result ? std::string() : result.error().message;
  }

  CLI::App root_;
  std::vector<std::string> texts_;
  bool flag_ = false;
};

TEST_F(FamiliarWordsTest, OllamasAndLlamaCppsSpellingsBecomeOurs) {
  EXPECT_THAT(own({"list"}), ElementsAre("models"));
  EXPECT_THAT(own({"run", "-m", "a.gguf", "-c", "512", "-ngl", "0", "-n=7", "Hi"}),
              ElementsAre("run", "--model", "a.gguf", "--context", "512", "--gpu-layers", "0",
                          "--max-tokens=7", "Hi"));
  EXPECT_THAT(own({"run", "--ctx-size=512"}), ElementsAre("run", "--context=512"));
}

TEST_F(FamiliarWordsTest, ARepositoryIsANameOfTheHub) {
  EXPECT_THAT(own({"run", "-hf", "o/r:Q8_0"}), ElementsAre("run", "--model", "hf:o/r:Q8_0"));
  EXPECT_THAT(own({"run", "--hf-repo=hf:o/r"}), ElementsAre("run", "--model=hf:o/r"));
}

TEST_F(FamiliarWordsTest, APromptInAFlagIsTheWordOfRun) {
  EXPECT_THAT(own({"run", "-p", "-1 + 1?", "--verbose"}),
              ElementsAre("run", "--verbose", "-1 + 1?"));
}

TEST_F(FamiliarWordsTest, ValuesAndWhatFollowsTwoDashesAreLeftAlone) {
  EXPECT_THAT(own({"run", "--system", "-m", "-c", "8"}),
              ElementsAre("run", "--system", "-m", "--context", "8"));
  EXPECT_THAT(own({"run", "--", "-m"}), ElementsAre("run", "--", "-m"));
  EXPECT_THAT(own({"run", "list"}), ElementsAre("run", "list"));
}

TEST_F(FamiliarWordsTest, AFlagThatTheCommandHasKeepsItsMeaning) {
  EXPECT_THAT(own({"ps", "-a"}), ElementsAre("ps", "-a"));
}

TEST_F(FamiliarWordsTest, WhatHasNoCounterpartIsRefusedWithTheReason) {
  EXPECT_THAT(refusal({"create", "-f", "Modelfile"}), HasSubstr("[models.NAME.defaults]"));
  EXPECT_THAT(refusal({"cp", "a", "b"}), HasSubstr("pcai.toml"));
  EXPECT_THAT(refusal({"run", "--mlock"}), HasSubstr("pcai has no `--mlock`"));
  EXPECT_THAT(refusal({"run", "--rope-scaling", "yarn"}), HasSubstr("header"));
  EXPECT_THAT(refusal({"run", "--no-context-shift"}), HasSubstr("refused"));
  EXPECT_THAT(refusal({"run", "-np", "4"}), HasSubstr("--max-sequences"));
  EXPECT_THAT(own({"run", "--nonsense"}), ElementsAre("run", "--nonsense"));
}

}  // namespace
}  // namespace pcai::app

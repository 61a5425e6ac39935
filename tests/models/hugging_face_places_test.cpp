#include "models/stores/hugging_face_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/stores/lm_studio_store.h"
#include "models/stores/ollama_store.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

/// Of a user of Linux whose home is this, with these variables.
UserEnvironment user(std::map<std::string, fs::path> variables, const fs::path& home = "/home/u") {
  variables.emplace("HOME", home);
  return {platform::System::Linux, std::move(variables)};
}

std::vector<fs::path> caches(std::map<std::string, fs::path> variables) {
  return hugging_face_model_places(user(std::move(variables)));
}

// The right sides are huggingface_hub's constants.HF_HUB_CACHE in the same environment.
TEST(HuggingFacePlacesTest, TheCacheFollowsTheRulesOfHuggingfaceHub) {
  EXPECT_THAT(caches({}), ElementsAre("/home/u/.cache/huggingface/hub"));
  EXPECT_THAT(caches({{"XDG_CACHE_HOME", "/x"}}), ElementsAre("/x/huggingface/hub"));
  EXPECT_THAT(caches({{"XDG_CACHE_HOME", "~/x"}}), ElementsAre("/home/u/x/huggingface/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "~/hf"}}), ElementsAre("/home/u/hf/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "~"}}), ElementsAre("/home/u/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "/hf"}, {"XDG_CACHE_HOME", "/x"}}), ElementsAre("/hf/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "$DATA/hf"}, {"DATA", "/data"}}), ElementsAre("/data/hf/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "${DATA}x/hf"}, {"DATA", "/data"}}),
              ElementsAre("/datax/hf/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "/a/$NONE/hf"}}), ElementsAre("/a/$NONE/hf/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "/a/${NONE/hf"}}), ElementsAre("/a/${NONE/hf/hub"));
  EXPECT_THAT(caches({{"HF_HOME", "/a~b"}}), ElementsAre("/a~b/hub"));
  EXPECT_THAT(caches({{"HF_HUB_CACHE", "~/c"}, {"HF_HOME", "/hf"}}), ElementsAre("/home/u/c"));
  EXPECT_THAT(caches({{"HUGGINGFACE_HUB_CACHE", "~/old"}, {"HF_HOME", "/hf"}}),
              ElementsAre("/home/u/old"));
  EXPECT_THAT(caches({{"HUGGINGFACE_HUB_CACHE", "/old"}, {"HF_HUB_CACHE", "/new"}}),
              ElementsAre("/new"));
  EXPECT_THAT(caches({{"LLAMA_CACHE", "~/l"}}),
              ElementsAre("/home/u/l", "/home/u/.cache/huggingface/hub"));
}

TEST(HuggingFacePlacesTest, AnEmptyVariableIsNotSet) {
  EXPECT_THAT(caches({{"HF_HOME", ""}, {"HF_HUB_CACHE", ""}}),
              ElementsAre("/home/u/.cache/huggingface/hub"));
  EXPECT_THAT(hugging_face_model_places({platform::System::Linux, {{}}}), IsEmpty());
}

TEST(HuggingFacePlacesTest, TheTokenIsFoundInEachOfItsPlaces) {
  const test::TemporaryFolder home;
  const auto token = [&](std::map<std::string, fs::path> variables) {
    return hugging_face_token(user(std::move(variables), home.path()));
  };
  EXPECT_EQ(token({}), "");
  home.write(".cache/huggingface/token", "hf_file\n");
  home.write("xdg/huggingface/token", " hf_xdg\r\n");
  home.write("hf/token", "hf_home");
  home.write("secret/t", "hf_path\n\n");
  EXPECT_EQ(token({}), "hf_file");
  EXPECT_EQ(token({{"XDG_CACHE_HOME", "~/xdg"}}), "hf_xdg");
  EXPECT_EQ(token({{"HF_HOME", "~/hf"}}), "hf_home");
  EXPECT_EQ(token({{"HF_HOME", "~/hf"}, {"HF_TOKEN_PATH", "$HOME/secret/t"}}), "hf_path");
  EXPECT_EQ(token({{"HUGGING_FACE_HUB_TOKEN", "hf_old"}}), "hf_old");
  EXPECT_EQ(token({{"HF_TOKEN", "hf_new\r\n"}, {"HUGGING_FACE_HUB_TOKEN", "hf_old"}}), "hf_new");
  EXPECT_EQ(token({{"HF_TOKEN", " \n"}}), "hf_file") << "blanks are no token";
  EXPECT_EQ(token({{"HF_TOKEN", "hf_new"}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "YES"}}), "");
  EXPECT_EQ(token({{"HF_HUB_DISABLE_IMPLICIT_TOKEN", "0"}}), "hf_file");
  EXPECT_EQ(token({{"HF_TOKEN_PATH", "~/nothing"}}), "");
}

TEST(HuggingFacePlacesTest, TwoVariablesSayThatItIsOffline) {
  const auto offline = [](std::map<std::string, fs::path> variables) {
    return hugging_face_is_offline(user(std::move(variables)));
  };
  EXPECT_FALSE(offline({}));
  EXPECT_TRUE(offline({{"HF_HUB_OFFLINE", "True"}}));
  EXPECT_TRUE(offline({{"TRANSFORMERS_OFFLINE", "1"}}));
  EXPECT_TRUE(offline({{"HF_HUB_OFFLINE", ""}, {"TRANSFORMERS_OFFLINE", "1"}}));
  EXPECT_FALSE(offline({{"HF_HUB_OFFLINE", "0"}, {"TRANSFORMERS_OFFLINE", "1"}}));
  EXPECT_FALSE(offline({{"HF_HUB_OFFLINE", "no"}}));
}

TEST(HuggingFacePlacesTest, OnWindowsVariablesHaveTheirOwnForm) {
  const UserEnvironment windows = {
      platform::System::Windows,
      {{{"USERPROFILE", "/c/Users/u"}, {"DATA", "/d"}, {"HF_HOME", "%DATA%/hf"}}}};
  EXPECT_EQ(hugging_face_home(windows), "/d/hf");
  EXPECT_EQ(windows.expanded("~/x"), "/c/Users/u/x");
  EXPECT_EQ(windows.expanded("%NONE%/x%"), "%NONE%/x%");
}

TEST(HuggingFacePlacesTest, OtherStoresMayBeginAtTheHomeFolder) {
  EXPECT_THAT(ollama_model_places(user({{"OLLAMA_MODELS", "~/ollama"}}), "/nowhere"),
              Contains("/home/u/ollama"));
  const test::TemporaryFolder home;
  home.write(".lmstudio-home-pointer", "~/studio\n");
  home.write("studio/settings.json", R"({"downloadsFolder":"~/downloads"})");
  EXPECT_THAT(lm_studio_model_places(user({}, home.path())),
              ElementsAre(home.path() / "downloads"));
  EXPECT_THAT(lm_studio_hub_places(user({}, home.path())),
              ElementsAre(home.path() / "studio" / "hub"));
}

}  // namespace
}  // namespace pcai::models

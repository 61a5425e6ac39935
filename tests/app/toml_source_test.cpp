#include "app/settings/toml_source.h"

#include <gmock/gmock.h>

#include "app/settings/settings_table.h"
#include "app/temporary_folder.h"

namespace pcai::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TomlSourceTest : public testing::Test {
 protected:
  Result<FileSettings> read_all(const std::string& text) {
    file_ = folder_.write("pcai.toml", text);
    return read_settings_file(file_, environment_);
  }

  Result<std::vector<GivenValue>> read(const std::string& text) {
    auto settings = read_all(text);
    if (!settings) return fail(settings.error());
    return std::move(settings->given);
  }

  std::string error_of(const std::string& text) {
    const auto given = read(text);
    return given ? "no error" : given.error().message;
  }

  TemporaryFolder folder_;
  Environment environment_ = {{"HOME", "/home/ada"}};
  std::filesystem::path file_;
};

TEST_F(TomlSourceTest, EachKeyBecomesAValueWithItsLine) {
  const auto given = read("# mine\nport = 9000\nhost = \"::1\"\n");
  ASSERT_TRUE(given) << given.error().message;
  ASSERT_EQ(given->size(), 2U);
  EXPECT_EQ(given->at(1).setting, find_setting("port"));
  EXPECT_THAT(given->at(1).texts, ElementsAre("9000"));
  EXPECT_EQ(given->at(1).source, file_.string() + ":2 port");
}

TEST_F(TomlSourceTest, EverySettingThatMayStandInAFileIsRead) {
  std::string text;
  std::size_t count = 0;
  for (const Setting& setting : settings_table()) {
    if (!setting.in_file) continue;
    const std::string value = is_number(setting) ? "1" : "\"x\"";
    text += std::string(setting.name) + " = " + value + "\n";
    ++count;
  }
  const auto given = read(text);
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(given->size(), count);
}

TEST_F(TomlSourceTest, AnUnknownKeyIsAnErrorWithASuggestion) {
  const std::string error = error_of("\nprot = 1\n");
  EXPECT_EQ(error, file_.string() + ":2: unknown key 'prot'; did you mean 'port'?");
}

TEST_F(TomlSourceTest, AnUnknownSectionIsAnUnknownKey) {
  EXPECT_THAT(error_of("[server]\nport = 1\n"), HasSubstr("unknown key 'server'"));
}

TEST_F(TomlSourceTest, ModelsHaveSectionsInTheFilesOrder) {
  const auto read = read_all(
      "port = 1\n[models.\"z:1\"]\nmodel = \"z.gguf\"\naliases = [\"gpt\"]\npinned = true\n"
      "[models.a]\ncontext = 512\n");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->given.size(), 1U);
  ASSERT_EQ(read->models.size(), 2U);
  EXPECT_EQ(read->models[0].id, "z:1");
  EXPECT_EQ(read->models[1].id, "a");
  ASSERT_EQ(read->models[0].given.size(), 3U);
  EXPECT_EQ(read->models[0].given[2].setting, find_setting("pinned"));
  EXPECT_THAT(read->models[0].given[2].texts, ElementsAre("on"));
  EXPECT_EQ(read->models[1].given[0].source, file_.string() + ":7 context");
}

TEST_F(TomlSourceTest, AProfilesValuesComeBeforeTheModelsOwn) {
  const auto read = read_all(
      "[models.a]\ncontext = 512\nprofile = \"small\"\n"
      "[profiles.small]\ncontext = 256\nthreads = 1\n");
  ASSERT_TRUE(read) << read.error().message;
  const auto settings = resolve(Settings{}, read->models.at(0).given);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->values.context, 512);
  EXPECT_EQ(settings->values.threads, 1);
  EXPECT_THAT(error_of("[models.a]\nprofile = \"none\"\n"), HasSubstr("no such profile"));
}

TEST_F(TomlSourceTest, WhatBelongsElsewhereIsRefusedWithItsPlace) {
  EXPECT_THAT(error_of("[models.a]\nport = 1\n"),
              HasSubstr(":2: 'port' is not a setting of a single"));
  EXPECT_THAT(error_of("pinned = true\n"), HasSubstr("belongs in a table [models.ID]"));
  EXPECT_THAT(error_of("models = 1\n"), HasSubstr("[models.NAME]"));
  EXPECT_THAT(error_of("[models]\na = 1\n"), HasSubstr("[models.NAME]"));
  EXPECT_THAT(error_of("[models.a]\npined = true\n"), HasSubstr("did you mean 'pinned'?"));
}

TEST_F(TomlSourceTest, AWrongTypeNamesBothTypes) {
  const std::string error = error_of("port = \"9000\"\n");
  EXPECT_EQ(error, file_.string() + ":1: 'port' must be a whole number, not string");
  EXPECT_THAT(error_of("host = 1\n"), HasSubstr("'host' must be a text, not integer"));
  EXPECT_THAT(error_of("model = [1]\n"), HasSubstr("'model' must be a list of texts"));
  EXPECT_THAT(error_of("port = 1.5\n"), HasSubstr("not floating-point"));
}

TEST_F(TomlSourceTest, ASyntaxErrorNamesItsLine) {
  EXPECT_THAT(error_of("port = 1\nhost = \n"), HasSubstr("pcai.toml:2: "));
}

TEST_F(TomlSourceTest, ASecretCannotStandInAFile) {
  EXPECT_THAT(error_of("api_key = \"sk\"\n"), HasSubstr("PCAI_API_KEY"));
}

TEST_F(TomlSourceTest, TildeIsTheHomeFolderAndRelativePathsStartAtTheFile) {
  const auto given = read("chat_template = \"t.jinja\"\nmodels_dir = [\"~/gguf\", \"/data\"]\n");
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_THAT(given->at(0).texts, ElementsAre((folder_.path() / "t.jinja").string()));
  EXPECT_THAT(given->at(1).texts, ElementsAre("/home/ada/gguf", "/data"));
}

TEST_F(TomlSourceTest, AModelMayBeAnIdAndStaysAsItIs) {
  const auto given = read("model = \"smollm2\"\n");
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_THAT(given->at(0).texts, ElementsAre("smollm2"));
}

TEST_F(TomlSourceTest, AFolderIsNoSettingsFile) {
  const auto given = read_settings_file(folder_.path(), environment_);
  ASSERT_FALSE(given);
  EXPECT_THAT(given.error().message, HasSubstr("is not a file"));
}

TEST_F(TomlSourceTest, TheSearchPrefersTheUsersFile) {
  const auto file = folder_.write("pcai/pcai.toml", "");
  EXPECT_EQ(
      find_settings_file({{"XDG_CONFIG_HOME", folder_.path().string()}, {"HOME", "/nowhere"}}),
      file);
}

TEST_F(TomlSourceTest, WithoutXdgConfigHomeTheSearchLooksBelowHome) {
  const auto file = folder_.write(".config/pcai/pcai.toml", "");
  EXPECT_EQ(find_settings_file({{"HOME", folder_.path().string()}}), file);
}

TEST_F(TomlSourceTest, OnWindowsTheHomeFolderIsTheUsersProfile) {
  const auto file = folder_.write("profile/.config/pcai/pcai.toml", "models_dir = \"~/gguf\"\n");
  const auto other = folder_.write("msys/.config/pcai/pcai.toml", "");
  // Git's shell sets HOME, too.
  const std::string profile = (folder_.path() / "profile").string();
  const Environment environment = {{"USERPROFILE", profile},
                                   {"HOME", (folder_.path() / "msys").string()}};
  EXPECT_EQ(find_settings_file(environment, platform::System::Windows), file);
  EXPECT_EQ(find_settings_file(environment, platform::System::Linux), other);
  const auto read = read_settings_file(file, environment, platform::System::Windows);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read->given.at(0).texts, ElementsAre(profile + "/gguf"));
}

TEST_F(TomlSourceTest, AModelHasDefaultsForItsRequests) {
  const auto settings = read_all(
      "[profiles.calm.defaults]\ntemperature = 0\ntop_k = 5\n"
      "[models.a]\nprofile = \"calm\"\n[models.a.defaults]\ntemperature = 0.5\n"
      "stop = \"END\"\nsystem = \"be brief\"\n");
  ASSERT_TRUE(settings) << settings.error().message;
  const ModelSection& model = settings->models.at(0);
  EXPECT_EQ(default_text(model.defaults, "temperature"), "0.5");
  EXPECT_EQ(default_text(model.defaults, "top_k"), "5");
  EXPECT_EQ(default_text(model.defaults, "stop"), "END");
  EXPECT_EQ(model.defaults.system, "be brief");
  EXPECT_EQ(model.default_sources.at("stop"), file_.string() + ":8 stop");
  EXPECT_EQ(model.default_sources.at("top_k"), file_.string() + ":3 top_k");
}

TEST_F(TomlSourceTest, ADefaultThatIsWrongIsNamedWithItsLine) {
  const auto error = [this](const std::string& line) {
    const auto settings = read_all("[models.a.defaults]\n" + line + "\n");
    return settings ? "no error" : settings.error().message;
  };
  EXPECT_THAT(error("temprature = 1"), HasSubstr(":2: unknown key 'temprature' of defaults"));
  EXPECT_THAT(error("temprature = 1"), HasSubstr("temperature"));
  EXPECT_THAT(error("top_p = 3"), HasSubstr(":2: top_p must be from 0 to 1"));
  EXPECT_THAT(error("repeat_last_n = -5"), HasSubstr(":2: repeat_last_n must be from -1 to"));
  EXPECT_THAT(error("top_k = \"x\""), HasSubstr(":2: top_k must be a number"));
  EXPECT_THAT(error("stop = [1]"), HasSubstr(":2: stop must be"));
  EXPECT_THAT(error_of("[models.a]\ndefaults = 1\n"), HasSubstr("must be a table"));
}

}  // namespace
}  // namespace pcai::app

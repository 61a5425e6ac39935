#include "app/settings/settings.h"

#include <gmock/gmock.h>

#include <set>

#include "app/settings/load_settings.h"
#include "app/settings/settings_table.h"
#include "app/temporary_folder.h"

namespace pcai::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

GivenValue given(const std::string& name, std::vector<std::string> texts, std::string source) {
  return {.setting = find_setting(name), .texts = std::move(texts), .source = std::move(source)};
}

std::string error_of(const GivenValue& value) {
  const auto resolved = resolve({}, {value});
  return resolved ? "no error" : resolved.error().message;
}

/// Loads as `pcai serve` does, from a pcai.toml, an environment and flags.
class SettingsTest : public testing::Test {
 protected:
  Result<ResolvedSettings> load(const std::vector<GivenValue>& flags = {}) {
    return load_settings(kServe, flags, environment_, warnings_);
  }

  void write_toml(const std::string& text) {
    environment_.emplace_back("PCAI_CONFIG", folder_.write("pcai.toml", text).string());
  }

  TemporaryFolder folder_;
  // So that no file of the machine is found.
  Environment environment_ = {{"XDG_CONFIG_HOME", folder_.path().string()}};
  std::vector<std::string> warnings_;
};

TEST_F(SettingsTest, WithoutAnySourceTheDefaultsHold) {
  const auto resolved = load();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 8080);
  EXPECT_EQ(resolved->values.host, "127.0.0.1");
  EXPECT_EQ(resolved->values.isolation, "process");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(SettingsTest, RunWorksInProcessAndLogsOnlyWhatWentWrong) {
  EXPECT_EQ(default_settings(kRun).isolation, "none");
  EXPECT_EQ(default_settings(kRun).log_level, "warning");
}

TEST_F(SettingsTest, TheFileWinsOverTheDefaults) {
  write_toml("port = 9001\n");
  const auto resolved = load();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 9001);
  EXPECT_THAT(resolved->sources.at("port"), HasSubstr("pcai.toml:1"));
}

TEST_F(SettingsTest, TheEnvironmentWinsOverTheFile) {
  write_toml("port = 9001\n");
  environment_.emplace_back("PCAI_PORT", "9002");
  const auto resolved = load();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 9002);
  EXPECT_EQ(resolved->sources.at("port"), "PCAI_PORT");
}

TEST_F(SettingsTest, AFlagWinsOverEverything) {
  write_toml("port = 9001\n");
  environment_.emplace_back("PCAI_PORT", "9002");
  const auto resolved = load({given("port", {"9003"}, "--port")});
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 9003);
  EXPECT_EQ(resolved->sources.at("port"), "--port");
}

TEST_F(SettingsTest, AListReplacesTheListBelowIt) {
  write_toml("model = [\"a\", \"b\"]\n");
  environment_.emplace_back("PCAI_MODEL", "c,d");
  const auto resolved = load();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_THAT(resolved->values.model, ElementsAre("c", "d"));
}

TEST_F(SettingsTest, AnEmptyVariableCountsAsNotSet) {
  environment_.emplace_back("PCAI_PORT", "");
  const auto resolved = load();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 8080);
}

TEST_F(SettingsTest, TheConfigFlagWinsOverTheConfigVariable) {
  write_toml("port = 9001\n");
  const auto other = folder_.write("other.toml", "port = 9009\n");
  const auto resolved = load({given("config", {other.string()}, "--config")});
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 9009);
}

TEST_F(SettingsTest, AConfigFileThatIsMissingIsAnError) {
  const auto resolved = load({given("config", {"/nowhere/pcai.toml"}, "--config")});
  ASSERT_FALSE(resolved);
  EXPECT_THAT(resolved.error().message, HasSubstr("/nowhere/pcai.toml"));
}

TEST_F(SettingsTest, AVariableThatIsNoSettingIsTold) {
  environment_.emplace_back("PCAI_PROT", "9000");
  ASSERT_TRUE(load());
  EXPECT_THAT(
      warnings_,
      ElementsAre(
          "the environment variable PCAI_PROT is not a setting; did you mean 'PCAI_PORT'?"));
}

TEST_F(SettingsTest, WhatKubernetesSetsForAServiceIsNoSetting) {
  for (const auto& [name, value] : Environment{{"PCAI_PORT", "tcp://10.96.0.12:80"},
                                               {"PCAI_PORT_80_TCP", "tcp://10.96.0.12:80"},
                                               {"PCAI_PORT_80_TCP_PROTO", "tcp"},
                                               {"PCAI_PORT_80_TCP_PORT", "80"},
                                               {"PCAI_PORT_80_TCP_ADDR", "10.96.0.12"},
                                               {"PCAI_PORT_53_UDP", "udp://10.96.0.12:53"},
                                               {"PCAI_SERVICE_HOST", "10.96.0.12"},
                                               {"PCAI_SERVICE_PORT", "80"},
                                               {"PCAI_SERVICE_PORT_HTTP", "80"},
                                               {"PCAI_CHAT_PORT", "sctp://[fd00::1]:80"},
                                               {"PCAI_CHAT_SERVICE_HOST", "fd00::1"}}) {
    environment_.emplace_back(name, value);
  }
  const auto resolved = load();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 8080);
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_THAT(warnings_.front(),
              testing::AllOf(StartsWith("ignored PCAI_PORT and 10 more"), HasSubstr("Kubernetes"),
                             HasSubstr("enableServiceLinks: false")));
}

TEST_F(SettingsTest, APortBesideAServiceIsTheUsersOwn) {
  environment_.emplace_back("PCAI_SERVICE_HOST", "10.96.0.12");
  environment_.emplace_back("PCAI_PORT", "9000");
  const auto resolved = load();
  ASSERT_TRUE(resolved) << resolved.error().message;
  EXPECT_EQ(resolved->values.port, 9000);
}

TEST_F(SettingsTest, WhatOnlyLooksLikeAServiceIsTold) {
  for (const char* name : {"PCAI_PORT_TCP", "PCAI_PORT_X_TCP", "PCAI_SERVICE_PORTS"}) {
    environment_.emplace_back(name, "none");
  }
  environment_.emplace_back("PCAI_HOST_PORT", "80");
  ASSERT_TRUE(load());
  EXPECT_EQ(warnings_.size(), 4U);
  EXPECT_THAT(warnings_, testing::Each(HasSubstr("is not a setting")));
}

TEST_F(SettingsTest, AnAddressOfAnotherKindIsAWrongPort) {
  environment_.emplace_back("PCAI_PORT", "http://10.96.0.12:80");
  const auto resolved = load();
  ASSERT_FALSE(resolved);
  EXPECT_THAT(resolved.error().message, HasSubstr("PCAI_PORT"));
}

TEST(SettingTableTest, NamesAreUniqueAndFollowTheRule) {
  std::set<std::string_view> names;
  for (const Setting& setting : settings_table()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name;
    EXPECT_THAT(std::string(setting.name), testing::MatchesRegex("[a-z_]+"));
    EXPECT_NE(setting.commands, 0U) << setting.name;
    EXPECT_FALSE(setting.help.empty()) << setting.name;
    EXPECT_FALSE(setting.noun.empty()) << setting.name;
  }
  const Setting& max_queue = *find_setting("max_queue");
  EXPECT_EQ(flag_name(max_queue), "--max-queue");
  EXPECT_EQ(environment_name(max_queue), "PCAI_MAX_QUEUE");
}

TEST(SettingTableTest, EveryDefaultIsAllowedByItsOwnRow) {
  const Settings defaults;
  for (const Setting& setting : settings_table()) {
    const std::string text = value_text(defaults, setting);
    if (text.empty()) continue;
    EXPECT_EQ(error_of(given(std::string(setting.name), {text}, "default")), "no error");
  }
}

TEST(SettingTableTest, NoSourceCanSetANumberOutsideItsRange) {
  for (const Setting& setting : settings_table()) {
    if (!is_number(setting)) continue;
    const std::string name(setting.name);
    EXPECT_EQ(error_of(given(name, {std::to_string(setting.min)}, "x")), "no error") << name;
    EXPECT_EQ(error_of(given(name, {std::to_string(setting.max)}, "x")), "no error") << name;
    for (const std::string& bad :
         {std::to_string(setting.min - 1), std::to_string(setting.max + 1), std::string("1e3"),
          std::string("99999999999999999999"), std::string("1 "), std::string("")}) {
      EXPECT_THAT(error_of(given(name, {bad}, "x")), StartsWith("x='" + bad + "' is not ")) << name;
    }
  }
}

TEST(SettingTableTest, ABadNumberNamesItsSourceAndItsRange) {
  EXPECT_EQ(error_of(given("port", {"abc"}, "PCAI_PORT")),
            "PCAI_PORT='abc' is not a port (0..65535)");
}

TEST(SettingTableTest, AnUnknownChoiceNamesTheKnownOnes) {
  EXPECT_EQ(error_of(given("backend", {"ollama"}, "--backend")),
            "--backend='ollama' is not a backend; known: auto, llamacpp, mistralrs, fake");
}

TEST(SettingTableTest, AnEmptyTextIsRefused) {
  EXPECT_EQ(error_of(given("host", {""}, "--host")), "--host is empty; give an address");
}

TEST(SettingTableTest, OneValueCannotBeGivenTwice) {
  EXPECT_EQ(error_of(given("port", {"1", "2"}, "--port")),
            "--port is given 2 times; it takes one value");
}

TEST(SettingTableTest, ASecretIsNeverShown) {
  Settings settings;
  settings.api_key = "sk-secret";
  EXPECT_EQ(value_text(settings, *find_setting("api_key")), "(set)");
}

class ApiKeyFileTest : public testing::Test {
 protected:
  Result<std::vector<std::string>> load(const std::string& text, std::filesystem::perms mode) {
    settings_.api_key_file = folder_.write("keys", text).string();
    std::filesystem::permissions(settings_.api_key_file, mode);
    return load_api_keys(settings_);
  }

  static constexpr auto kOwnerOnly =
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  TemporaryFolder folder_;
  Settings settings_;
};

TEST_F(ApiKeyFileTest, EachLineButCommentsAndEmptyOnesIsAKey) {
  const auto keys = load("# mine\nsk-1\n\nsk-2\r\n", kOwnerOnly);
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_THAT(*keys, ElementsAre("sk-1", "sk-2"));
}

TEST_F(ApiKeyFileTest, AFileThatOthersMayReadIsRefusedWithAdvice) {
  for (const auto others : {std::filesystem::perms::group_read, std::filesystem::perms::others_read,
                            std::filesystem::perms::others_write}) {
    const auto keys = load("sk-1\n", kOwnerOnly | others);
    ASSERT_FALSE(keys);
    EXPECT_THAT(keys.error().message, HasSubstr("chmod 600"));
    EXPECT_THAT(keys.error().message, testing::Not(HasSubstr("sk-1")));
  }
}

TEST_F(ApiKeyFileTest, AFileWithoutAKeyIsRefused) {
  const auto keys = load("# nothing here\n", kOwnerOnly);
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().message, HasSubstr("has no key"));
}

TEST_F(ApiKeyFileTest, AFileThatIsMissingIsRefused) {
  settings_.api_key_file = (folder_.path() / "none").string();
  const auto keys = load_api_keys(settings_);
  ASSERT_FALSE(keys);
  EXPECT_THAT(keys.error().message, HasSubstr("does not exist"));
}

TEST_F(ApiKeyFileTest, TheKeyOfTheSettingsIsOneMore) {
  settings_.api_key = "sk-0";
  const auto keys = load("sk-1\n", kOwnerOnly);
  ASSERT_TRUE(keys) << keys.error().message;
  EXPECT_THAT(*keys, ElementsAre("sk-0", "sk-1"));
}

}  // namespace
}  // namespace pcai::app

#include "core/parameters/defaults.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/parameters/parameters.h"

namespace pcai {
namespace {

using Texts = std::vector<std::string>;

ChatMessage said(Role role, std::string text) {
  return {.role = role, .content = std::move(text)};
}

ModelDefaults defaults_of(std::string_view name, ParameterValue value) {
  ModelDefaults defaults;
  const Status set = set_default(defaults, name, std::move(value), name);
  EXPECT_TRUE(set) << set.error().message;
  return defaults;
}

TEST(ModelDefaultsTest, EveryFieldReachesTheParameters) {
  for (const std::string_view name : default_names()) {
    ModelDefaults defaults;
    if (!set_default(defaults, name, std::int64_t{1}, name)) {
      EXPECT_TRUE(set_default(defaults, name, Texts{"END"}, name)) << name;
    }
    const std::string text = default_text(defaults, name);
    EXPECT_TRUE(text == "1" || text == "END") << name << " is " << text;
    const Parameter* const parameter = find_parameter(name);
    if (parameter == nullptr) continue;
    GenerateParams params;
    apply_defaults(defaults, params);
    EXPECT_EQ(value_text(*parameter, params), text) << name;
  }
  GenerateParams params;
  apply_defaults(defaults_of("repeat_last_n", std::int64_t{9}), params);
  EXPECT_EQ(params.repeat_last_n, 9);
  EXPECT_EQ(defaults_of("system", Texts{"END"}).system, "END");
}

TEST(ModelDefaultsTest, WhatAMemberCannotHoldIsRefusedByTheNameThatItsUserWrote) {
  ModelDefaults defaults;
  const auto refused = [&](const char* name, ParameterValue value) {
    const Status status =
        set_default(defaults, name, std::move(value), "their." + std::string(name));
    if (status) return std::string();
    EXPECT_EQ(status.error().code, ErrorCode::InvalidRequest);
    EXPECT_TRUE(status.error().message.starts_with(status.error().field + " "));
    return status.error().field;
  };
  EXPECT_EQ(refused("top_k", 1.5), "their.top_k");
  EXPECT_EQ(refused("top_k", std::numeric_limits<std::int64_t>::max()), "their.top_k");
  EXPECT_EQ(refused("max_tokens", std::int64_t{-2}), "their.max_tokens");
  EXPECT_EQ(refused("temperature", Texts{"hot"}), "their.temperature");
  EXPECT_EQ(refused("temperature", true), "their.temperature");
  EXPECT_EQ(refused("temperature", std::numeric_limits<double>::infinity()), "their.temperature");
  EXPECT_EQ(refused("repeat_last_n", std::int64_t{-5}), "their.repeat_last_n");
  EXPECT_EQ(refused("system", std::int64_t{1}), "their.system");
  EXPECT_EQ(refused("system", Texts{"a", "b"}), "their.system");
  EXPECT_EQ(refused("stop", 0.5), "their.stop");
  EXPECT_EQ(refused("temprature", 0.5), "their.temprature");
  EXPECT_EQ(refused("logprobs", true), "their.logprobs");
  for (const std::string_view name : default_names()) EXPECT_EQ(default_text(defaults, name), "");
}

TEST(ModelDefaultsTest, WhatNoRequestCouldSayIsRefusedAndChangesNothing) {
  ModelDefaults defaults = defaults_of("top_p", 0.5);
  EXPECT_EQ(set_default(defaults, "top_p", 2.0, "top_p").error().field, "top_p");
  EXPECT_EQ(set_default(defaults, "stop", Texts{""}, "stop").error().field, "stop[0]");
  EXPECT_EQ(set_default(defaults, "system", Texts{"\xff"}, "system").error().field, "system");
  EXPECT_TRUE(same_values(defaults, defaults_of("top_p", 0.5)));
}

TEST(ModelDefaultsTest, WhatPeersWriteForOffIsOff) {
  EXPECT_EQ(default_text(defaults_of("top_k", std::int64_t{-1}), "top_k"), "0");
}

TEST(ModelDefaultsTest, ANegativeSeedIsItsBits) {
  EXPECT_EQ(default_text(defaults_of("seed", std::int64_t{-2}), "seed"), "18446744073709551614");
  EXPECT_EQ(default_text(defaults_of("seed", std::int64_t{-1}), "seed"), "");  // a random one
}

TEST(ModelDefaultsTest, TheFirstToSpeakIsHeard) {
  ModelDefaults own = defaults_of("temperature", 0.25);
  ModelDefaults others = defaults_of("temperature", 0.75);
  fill_defaults(others, defaults_of("top_k", std::int64_t{7}));
  fill_defaults(own, others);
  EXPECT_EQ(default_text(own, "temperature"), "0.25");
  EXPECT_EQ(default_text(own, "top_k"), "7");
  EXPECT_EQ(default_text(own, "top_p"), "");
}

TEST(ModelDefaultsTest, TheSameValuesAreTheSame) {
  const ModelDefaults defaults = defaults_of("stop", Texts{"END"});
  EXPECT_TRUE(same_values(defaults, defaults_of("stop", Texts{"END"})));
  EXPECT_FALSE(same_values(defaults, defaults_of("stop", Texts{"end"})));
  EXPECT_FALSE(same_values(defaults, {}));
  EXPECT_FALSE(same_values(defaults_of("top_k", std::int64_t{40}), {}));
}

TEST(ModelDefaultsTest, ASystemPromptStandsBeforeChatsThatHaveNone) {
  const ModelDefaults defaults{.system = "be brief", .messages = {said(Role::User, "first")}};
  ChatPrompt bare{.messages = {said(Role::User, "hello")}};
  apply_defaults(defaults, bare);
  ASSERT_EQ(bare.messages.size(), 3U);
  EXPECT_EQ(bare.messages[0].role, Role::System);
  EXPECT_EQ(bare.messages[0].content, "be brief");
  EXPECT_EQ(bare.messages[1].content, "first");

  ChatPrompt told{.messages = {said(Role::System, "be long"), said(Role::User, "hello")}};
  apply_defaults(defaults, told);
  ASSERT_EQ(told.messages.size(), 3U);
  EXPECT_EQ(told.messages[0].content, "be long");
  EXPECT_EQ(told.messages[1].content, "first");

  ChatPrompt empty;
  apply_defaults(defaults, empty);
  EXPECT_TRUE(empty.messages.empty());
}

TEST(ModelDefaultsTest, AnErrorCountsTheMessagesThatTheClientSent) {
  const ModelDefaults defaults{.system = "be brief",
                               .messages = {said(Role::User, "a"), said(Role::Assistant, "b")}};
  const auto told = [](const AddedMessages& added, std::size_t index) {
    const std::string path = "messages[" + std::to_string(index) + "].content";
    const Error error =
        without_added({ErrorCode::InvalidRequest, path + " is not valid UTF-8", path}, added);
    if (!error.field.empty()) {
      EXPECT_EQ(error.message, error.field + " is not valid UTF-8");
    }
    return error.field;
  };
  ChatPrompt bare{.messages = {said(Role::User, "hello"), said(Role::User, "hello")}};
  AddedMessages added = apply_defaults(defaults, bare);
  EXPECT_EQ(told(added, 0), "") << "the model's system prompt";
  EXPECT_EQ(told(added, 2), "") << "one of the model's messages";
  EXPECT_EQ(told(added, 3), "messages[0].content");
  EXPECT_EQ(told(added, 4), "messages[1].content");

  ChatPrompt with_system{.messages = {said(Role::System, "be long"), said(Role::User, "hello")}};
  added = apply_defaults(defaults, with_system);
  EXPECT_EQ(told(added, 0), "messages[0].content");
  EXPECT_EQ(told(added, 1), "");
  EXPECT_EQ(told(added, 3), "messages[1].content");

  const Error other{ErrorCode::InvalidRequest, "no", "messages"};
  EXPECT_EQ(without_added(other, added).field, "messages");
}

}  // namespace
}  // namespace pcai

#include "core/defaults.h"

#include <gtest/gtest.h>

#include <limits>

namespace pcai {
namespace {

using Texts = std::vector<std::string>;

ChatMessage said(Role role, std::string text) {
  return {.role = role, .content = std::move(text)};
}

TEST(ModelDefaultsTest, EveryFieldReachesTheParameters) {
  ModelDefaults defaults;
  for (const DefaultField& field : default_fields()) {
    const DefaultValue number = std::int64_t{1};
    if (!set_default(defaults, field, number)) {
      EXPECT_TRUE(set_default(defaults, field, Texts{"END"})) << field.name;
    }
  }
  GenerateParams params;
  apply_defaults(defaults, params);
  EXPECT_EQ(params.temperature, 1);
  EXPECT_EQ(params.top_p, 1);
  EXPECT_EQ(params.top_k, 1);
  EXPECT_EQ(params.min_p, 1);
  EXPECT_EQ(params.repeat_penalty, 1);
  EXPECT_EQ(params.frequency_penalty, 1);
  EXPECT_EQ(params.presence_penalty, 1);
  EXPECT_EQ(params.penalty_last_n, 1);
  EXPECT_EQ(params.seed, 1U);
  EXPECT_EQ(params.max_tokens, 1U);
  EXPECT_EQ(params.reasoning_budget, 1U);
  EXPECT_EQ(params.stop_sequences, Texts{"END"});
  EXPECT_EQ(defaults.system, "END");
}

TEST(ModelDefaultsTest, WhatAMemberCannotHoldIsRefusedByName) {
  ModelDefaults defaults;
  const auto refused = [&](const char* name, DefaultValue value) {
    const Status status = set_default(defaults, *find_default(name), std::move(value));
    return status ? std::string() : status.error().field;
  };
  EXPECT_EQ(refused("top_k", 1.5), "top_k");
  EXPECT_EQ(refused("top_k", std::numeric_limits<std::int64_t>::max()), "top_k");
  EXPECT_EQ(refused("max_tokens", std::int64_t{-1}), "max_tokens");
  EXPECT_EQ(refused("temperature", Texts{"hot"}), "temperature");
  EXPECT_EQ(refused("system", std::int64_t{1}), "system");
  EXPECT_EQ(refused("system", Texts{"a", "b"}), "system");
  EXPECT_EQ(refused("stop", 0.5), "stop");
  EXPECT_EQ(find_default("temprature"), nullptr);
  for (const DefaultField& field : default_fields()) EXPECT_EQ(default_text(defaults, field), "");
}

TEST(ModelDefaultsTest, TheFirstToSpeakIsHeard) {
  ModelDefaults own{.temperature = 0.25F};
  fill_defaults(own, {.temperature = 0.75F, .top_k = 7});
  EXPECT_EQ(own.temperature, 0.25F);
  EXPECT_EQ(own.top_k, 7);
  EXPECT_FALSE(own.top_p);
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
    if (!error.field.empty()) EXPECT_EQ(error.message, error.field + " is not valid UTF-8");
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

TEST(ModelDefaultsTest, WhatNoRequestCouldSayIsRefused) {
  EXPECT_EQ(check_defaults({.top_p = 2}).error().field, "top_p");
  EXPECT_EQ(check_defaults({.stop_sequences = Texts{""}}).error().field, "stop[0]");
  EXPECT_EQ(check_defaults({.system = "\xff"}).error().field, "system");
  EXPECT_TRUE(check_defaults({}));
}

}  // namespace
}  // namespace pcai

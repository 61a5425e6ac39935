#include "backend/supported.h"

#include <gtest/gtest.h>

namespace pcai::backend {
namespace {

std::string refused_field(const GenerateRequest& request, BackendCapabilities capabilities = {}) {
  const Status status = check_supported(request, {.name = "plain", .capabilities = capabilities});
  if (status) return "";
  EXPECT_EQ(status.error().code, ErrorCode::Unsupported);
  return status.error().field;
}

TEST(CheckSupportedTest, WhatABackendCannotDoIsRefusedByName) {
  GenerateRequest request{.prompt = ChatPrompt{.messages = {{Role::User, "hello"}}}};
  EXPECT_EQ(refused_field(request), "");
  request.params.grammar = Grammar{GrammarKind::JsonSchema, "{}"};
  EXPECT_EQ(refused_field(request), "grammar");
  EXPECT_EQ(refused_field(request, {.supports_grammars = true}), "");
  request.params.grammar->kind = GrammarKind::Regex;
  EXPECT_EQ(refused_field(request), "grammar");
  request.params = {.logprobs = true};
  EXPECT_EQ(refused_field(request), "logprobs");
  request.params = {.prompt_logprobs = 0};
  EXPECT_EQ(refused_field(request), "prompt_logprobs");
  EXPECT_EQ(refused_field(request, {.supports_prompt_logprobs = true}), "");
  request.params = {.seed = 1};
  EXPECT_EQ(refused_field(request), "seed");
  EXPECT_EQ(refused_field(request, {.supports_seed = true}), "");
}

TEST(CheckSupportedTest, ToolsThatMayNotBeCalledNeedNoSupport) {
  ChatPrompt chat{.messages = {{Role::User, "hello"}}, .tools = {.definitions = {{"a"}}}};
  EXPECT_EQ(refused_field({.prompt = chat}), "tools");
  EXPECT_EQ(refused_field({.prompt = chat}, {.supports_tool_calls = true}), "");
  chat.tools.choice = ToolChoice::None;
  EXPECT_EQ(refused_field({.prompt = chat}), "");
}

TEST(CheckSupportedTest, ImagesAudioGapsBudgetsAndAdaptersNeedSupport) {
  ChatPrompt chat{.messages = {{Role::User, "look"}}};
  Media media{.bytes = std::make_shared<const std::string>("png")};
  chat.messages[0].media = {media};
  EXPECT_EQ(refused_field({.prompt = chat}), "messages");
  EXPECT_EQ(refused_field({.prompt = chat}, {.supports_vision = true}), "");
  chat.messages[0].media[0].kind = MediaKind::Audio;
  EXPECT_EQ(refused_field({.prompt = chat}, {.supports_vision = true}), "messages");
  EXPECT_EQ(refused_field({.prompt = chat}, {.supports_audio = true}), "");

  EXPECT_EQ(refused_field({.prompt = InfillPrompt{"a", "b"}}), "suffix");
  EXPECT_EQ(refused_field({.prompt = InfillPrompt{"a", "b"}}, {.supports_infill = true}), "");

  GenerateRequest request{.prompt = TextPrompt{"a"}, .params = {.reasoning_budget = 4}};
  EXPECT_EQ(refused_field(request), "reasoning_budget");
  EXPECT_EQ(refused_field(request, {.supports_reasoning_budget = true}), "");
  request.params = {.adapters = {{}}};
  EXPECT_EQ(refused_field(request), "adapters");
  EXPECT_EQ(refused_field(request, {.supports_adapters = true}), "");
}

TEST(CheckSupportedTest, AParameterThatABackendLacksIsRefusedUnlessItIsAtItsDefault) {
  GenerateRequest request{.prompt = TextPrompt{"a"}};
  const BackendCapabilities without{.missing_parameters = {"min_p"}};
  EXPECT_EQ(refused_field(request, without), "");
  request.params.min_p = 0.5F;
  EXPECT_EQ(refused_field(request, without), "min_p");
  EXPECT_EQ(refused_field(request), "");
}

}  // namespace
}  // namespace pcai::backend

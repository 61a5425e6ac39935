#include "backend/supported.h"

#include <gtest/gtest.h>

namespace pcai {
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
  EXPECT_EQ(refused_field(request), "response_format");
  EXPECT_EQ(refused_field(request, {.supports_grammars = true}), "");
  request.params.grammar->kind = GrammarKind::Regex;
  EXPECT_EQ(refused_field(request), "grammar");
  request.params = {.logprobs = true};
  EXPECT_EQ(refused_field(request), "logprobs");
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

}  // namespace
}  // namespace pcai

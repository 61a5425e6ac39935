#include <gtest/gtest.h>

#include "bodies.h"

namespace pcai::openai {
namespace {

GenerateRequest parsed(const std::string& members) {
  auto request = parse_chat_request(chat_body(members));
  EXPECT_TRUE(request) << members << ": " << request.error().message;
  return request ? request->generate : GenerateRequest{};
}

std::optional<Grammar> grammar_of(const std::string& format) {
  return parsed("\"response_format\":" + format).params.grammar;
}

ChatPrompt prompt_of(const std::string& members) {
  return std::get<ChatPrompt>(parsed(members).prompt);
}

void expect_refused(const std::string& members, ErrorCode code, const std::string& field) {
  const Error error = error_of(chat_body(members));
  EXPECT_EQ(error.code, code) << members << ": " << error.message;
  EXPECT_EQ(error.field, field) << error.message;
}

TEST(FormatFieldsTest, APlaceInASchemaIsWhereTheClientWroteIt) {
  const auto place = [](const std::string& format) {
    auto request = parse_chat_request(chat_body("\"response_format\":" + format));
    EXPECT_TRUE(request) << request.error().message;
    return request ? request->places.find("grammar.properties.a").value_or("") : "failed";
  };
  EXPECT_EQ(place(R"({"type":"json_schema","json_schema":{"name":"x","schema":{}}})"),
            "response_format.json_schema.schema.properties.a");
  EXPECT_EQ(place(R"({"type":"json_object","schema":{}})"), "response_format.schema.properties.a");
  EXPECT_EQ(place(R"({"type":"regex","regex":"a"})"), "");
}

TEST(FormatFieldsTest, EachFormatBecomesItsGrammar) {
  EXPECT_FALSE(grammar_of(R"({"type":"text"})"));
  EXPECT_EQ(grammar_of(R"({"type":"json_object"})")->source, R"({"type":"object"})");
  EXPECT_EQ(grammar_of(R"({"type":"json_object","schema":{"type":"array"}})")->source,
            R"({"type":"array"})");
  const auto schema = grammar_of(
      R"({"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":{"b":1,"a":2}}})");
  EXPECT_EQ(schema->kind, GrammarKind::JsonSchema);
  EXPECT_EQ(schema->source, R"({"b":1,"a":2})");
  EXPECT_EQ(grammar_of(R"({"type":"regex","regex":"[a-z]+"})")->kind, GrammarKind::Regex);
  EXPECT_EQ(grammar_of(R"({"type":"regex","regex":"[a-z]+"})")->source, "[a-z]+");
  EXPECT_EQ(grammar_of(R"({"type":"lark","lark":"start: \"a\""})")->kind, GrammarKind::Lark);
}

TEST(FormatFieldsTest, ADescriptionOfASchemaHasNoEffectAndSaysSo) {
  const auto request = parse_chat_request(chat_body(
      R"("response_format":{"type":"json_schema","json_schema":{"name":"x","description":"y",
          "schema":{}}})"));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->warnings.lines(),
            std::vector<std::string>{"response_format.json_schema.description has no effect here"});
}

TEST(FormatFieldsTest, WhatIsWrongIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"type":"json_schema"})", "response_format.json_schema"},
      {R"({"type":"json_schema","json_schema":{}})", "response_format.json_schema.name"},
      {R"({"type":"json_schema","json_schema":null})", "response_format.json_schema"},
      {R"({"type":"json_schema","json_schema":{"name":"x"}})",
       "response_format.json_schema.schema"},
      {R"({"type":"json_schema","json_schema":{"name":"x","schema":null}})",
       "response_format.json_schema.schema"},
      {R"({"type":"json_schema","json_schema":{"name":"","schema":{}}})",
       "response_format.json_schema.name"},
      {R"({"type":"json_schema","json_schema":{"name":"a b","schema":{}}})",
       "response_format.json_schema.name"},
      {R"({})", "response_format.type"},
      {R"({"type":""})", "response_format.type"},
      {R"({"type":null})", "response_format.type"},
      {R"({"type":"regex","regex":null})", "response_format.regex"},
      {R"({"type":"lark"})", "response_format.lark"},
      {R"({"type":"json_schema","json_schema":{"name":"x","schema":true}})",
       "response_format.json_schema.schema"},
      {R"({"type":"json_schema","json_schema":{"name":"x","strict":1,"schema":{}}})",
       "response_format.json_schema.strict"},
      {R"({"type":"json_schema","schema":{}})", "response_format.json_schema"},
      {R"({"type":"regex"})", "response_format.regex"},
      {R"({"type":"regex","regex":""})", "response_format.regex"},
      {R"({"type":"lark","lark":7})", "response_format.lark"},
      {R"({"type":"gbnf","grammar":"root ::= x"})", "response_format.type"},
  };
  for (const auto& [format, field] : cases) {
    expect_refused("\"response_format\":" + format, ErrorCode::InvalidRequest, field);
  }
}

TEST(FormatFieldsTest, OtherServersFieldsAreRefusedWithTheWayOut) {
  for (const char* members :
       {R"("grammar":"root ::= x")", R"("json_schema":{"a":1})", R"("guided_json":{"a":1})",
        R"("guided_regex":"a")", R"("guided_choice":["a"])", R"("guided_grammar":"a")",
        R"("structured_outputs":{"a":1})"}) {
    const Error error = error_of(chat_body(members));
    EXPECT_EQ(error.code, ErrorCode::Unsupported) << members;
    EXPECT_NE(error.message.find("response_format"), std::string::npos) << error.message;
  }
}

TEST(TemplateFieldsTest, ReasoningEffortAsksForOrAgainstReasoning) {
  EXPECT_TRUE(prompt_of("").reasoning);
  for (const char* effort : {"none", "minimal"}) {
    const ChatPrompt prompt = prompt_of("\"reasoning_effort\":\"" + std::string(effort) + "\"");
    EXPECT_FALSE(prompt.reasoning) << effort;
    EXPECT_TRUE(prompt.template_arguments.empty());
  }
  for (const char* effort : {"low", "medium", "high", "xhigh", "max"}) {
    const ChatPrompt prompt = prompt_of("\"reasoning_effort\":\"" + std::string(effort) + "\"");
    EXPECT_TRUE(prompt.reasoning) << effort;
    ASSERT_EQ(prompt.template_arguments.size(), 1U);
    EXPECT_EQ(prompt.template_arguments[0].name, "reasoning_effort");
    EXPECT_EQ(prompt.template_arguments[0].json, "\"" + std::string(effort) + "\"");
  }
  expect_refused(R"("reasoning_effort":"huge")", ErrorCode::InvalidRequest, "reasoning_effort");
}

TEST(TemplateFieldsTest, AReasoningBudgetIsAnyWholeNumberOfTokens) {
  for (const std::uint32_t tokens : {0U, 1U, 2147483647U}) {
    const auto request =
        parse_chat_request(chat_body("\"reasoning_budget\":" + std::to_string(tokens)));
    ASSERT_TRUE(request) << request.error().message;
    EXPECT_EQ(request->generate.params.reasoning_budget, tokens);
  }
  expect_refused(R"("reasoning_budget":-2)", ErrorCode::InvalidRequest, "reasoning_budget");
}

TEST(TemplateFieldsTest, TemplateArgumentsAreScalarsAndWin) {
  const ChatPrompt prompt = prompt_of(
      R"("chat_template_kwargs":{"enable_thinking":false,"n":1.5,"s":"x\"y","reasoning_effort":"low",
         "absent":null},"reasoning_effort":"high")");
  EXPECT_FALSE(prompt.reasoning);
  ASSERT_EQ(prompt.template_arguments.size(), 4U);
  EXPECT_EQ(prompt.template_arguments[0].name, "reasoning_effort");
  EXPECT_EQ(prompt.template_arguments[0].json, "\"low\"");
  EXPECT_EQ(prompt.template_arguments[1].name, "enable_thinking");
  EXPECT_EQ(prompt.template_arguments[1].json, "false");
  EXPECT_EQ(prompt.template_arguments[3].json, R"("x\"y")");
}

TEST(TemplateFieldsTest, WhatATemplateMayNotGetIsRefused) {
  const auto refused = [](const std::string& arguments, const std::string& field) {
    expect_refused("\"chat_template_kwargs\":" + arguments, ErrorCode::InvalidRequest, field);
  };
  refused(R"({"x":[1]})", "chat_template_kwargs.x");
  refused(R"({"x":{}})", "chat_template_kwargs.x");
  refused(R"({"enable_thinking":"no"})", "chat_template_kwargs.enable_thinking");
  refused(R"({"messages":"x"})", "chat_template_kwargs");
  refused(R"({"":1})", "chat_template_kwargs");
  refused("{\"x\":\"" + std::string(17'000, 'x') + "\"}", "chat_template_kwargs");
  refused("{\"" + std::string(65, 'x') + "\":1}", "chat_template_kwargs");
  std::string many = "{";
  for (int i = 0; i < 33; ++i) many += (i ? ",\"a" : "\"a") + std::to_string(i) + "\":1";
  refused(many + "}", "chat_template_kwargs");
}

}  // namespace
}  // namespace pcai::openai

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "backend/blocking.h"
#include "backend/recording_sink.h"
#include "llamacpp/real_model.h"

namespace pcai::backend::llamacpp {
namespace {

using nlohmann::json;

using StructuredTest = RealModelTest;

const ToolDefinition kWeather{
    "get_weather", "Tells the weather of a city",
    R"({"type":"object","properties":{"city":{"type":"string","maxLength":20},)"
    R"("unit":{"enum":["celsius","fahrenheit"]}},"required":["city","unit"],)"
    R"("additionalProperties":false})"};
const ToolDefinition kTime{"get_time", "Tells the time", ""};

GenerateRequest ask_with_tools(ToolOptions tools, std::string question = "How warm is Paris?") {
  GenerateRequest request = ask(std::move(question), 120);
  std::get<ChatPrompt>(request.prompt).tools = std::move(tools);
  return request;
}

TEST_F(StructuredTest, AnAnswerMatchesItsSchemaAlsoWhenHot) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (unsigned i = 0; i < 20; ++i) {
    GenerateRequest request = ask("Tell me about a person as JSON.", 200);
    request.params.temperature = 1.5F;
    request.params.seed = seed + i;
    request.params.grammar =
        Grammar{GrammarKind::JsonSchema,
                R"({"type":"object","properties":{"name":{"type":"string","maxLength":10},)"
                R"("age":{"type":"integer","minimum":0,"maximum":120},"tags":{"type":"array",)"
                R"("items":{"enum":["a","b","c"]},"maxItems":3}},"required":["name","age","tags"],)"
                R"("additionalProperties":false})"};
    const auto answer = generate(model(), std::move(request));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->finish_reason, FinishReason::Stop) << *answer->content;
    const json person = json::parse(*answer->content, nullptr, false);
    ASSERT_TRUE(person.is_object()) << *answer->content;
    EXPECT_EQ(person.size(), 3U);
    EXPECT_LE(person.at("age").get<int>(), 120);
    EXPECT_LE(person.at("tags").size(), 3U);
  }
}

TEST_F(StructuredTest, RegexAndLarkHold) {
  GenerateRequest request = ask("Yes or no?", 20);
  request.params.grammar = Grammar{GrammarKind::Regex, "(maybe|perhaps) [0-9]{3}!"};
  auto answer = generate(model(), request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(*answer->content, ::testing::ContainsRegex("^(maybe|perhaps) [0-9]+!$"));
  request.params.grammar = Grammar{GrammarKind::Lark, "start: \"<<\" /[a-z]{2,5}/ \">>\""};
  answer = generate(model(), request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(*answer->content, ::testing::ContainsRegex("^<<[a-z]+>>$"));
}

TEST_F(StructuredTest, AGrammarThatCannotBeIsRefusedAtOnce) {
  GenerateRequest request = ask("?", 5);
  request.params.grammar = Grammar{GrammarKind::JsonSchema,
                                   R"({"properties":{"a":{"type":"array","uniqueItems":true}}})"};
  const auto answer = generate(model(), request);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(answer.error().field, "grammar.properties.a.uniqueItems");
}

TEST_F(StructuredTest, ARequiredCallIsMadeAndMatchesItsSchema) {
  const auto answer = generate(
      model(), ask_with_tools(
                   {.definitions = {kWeather}, .choice = ToolChoice::Required, .parallel = false}));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->finish_reason, FinishReason::ToolCalls);
  ASSERT_EQ(answer->tool_calls.size(), 1U);
  EXPECT_EQ(answer->tool_calls[0].name, "get_weather");
  EXPECT_EQ(answer->tool_calls[0].id.substr(0, 5), "call_");
  const json arguments = json::parse(answer->tool_calls[0].arguments, nullptr, false);
  ASSERT_TRUE(arguments.is_object()) << answer->tool_calls[0].arguments;
  EXPECT_EQ(arguments.size(), 2U);
  EXPECT_THAT(arguments.at("unit"), ::testing::AnyOf("celsius", "fahrenheit"));
  EXPECT_EQ(answer->content.value_or(""), "");
}

TEST_F(StructuredTest, ParallelCallsEndBeforeOneIsRepeated) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    GenerateRequest request =
        ask_with_tools({.definitions = {kTime, kWeather}, .choice = ToolChoice::Required});
    request.params.temperature = seed == 0 ? 0.0F : 0.7F;
    request.params.seed = seed;
    request.params.max_tokens = 400;
    const auto answer = generate(model(), std::move(request));
    ASSERT_TRUE(answer) << answer.error().message;
    std::set<std::string> made;
    for (const ToolCall& call : answer->tool_calls) {
      EXPECT_TRUE(made.insert(call.name + call.arguments).second) << call.arguments;
    }
    EXPECT_FALSE(made.empty());
  }
}

TEST_F(StructuredTest, OnlyAllowedFunctionsAreCalled) {
  for (const char* const allowed : {"get_time", "get_weather"}) {
    const auto answer = generate(model(), ask_with_tools({.definitions = {kWeather, kTime},
                                                          .choice = ToolChoice::Required,
                                                          .allowed = {allowed},
                                                          .parallel = false}));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_EQ(answer->tool_calls.size(), 1U);
    EXPECT_EQ(answer->tool_calls[0].name, allowed);
  }
}

TEST_F(StructuredTest, AFunctionWithoutParametersGetsNoArguments) {
  const auto answer = generate(
      model(),
      ask_with_tools({.definitions = {kTime}, .choice = ToolChoice::Required, .parallel = false}));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->tool_calls.size(), 1U);
  EXPECT_EQ(json::parse(answer->tool_calls[0].arguments), json::object());
}

TEST_F(StructuredTest, AtTemperatureOnePointFiveACallStillMatches) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    GenerateRequest request = ask_with_tools(
        {.definitions = {kWeather, kTime}, .choice = ToolChoice::Required, .parallel = false});
    request.params.temperature = 1.5F;
    request.params.seed = seed;
    const auto answer = generate(model(), std::move(request));
    ASSERT_TRUE(answer) << answer.error().message;
    ASSERT_EQ(answer->tool_calls.size(), 1U);
    EXPECT_FALSE(json::parse(answer->tool_calls[0].arguments, nullptr, false).is_discarded())
        << answer->tool_calls[0].arguments;
  }
}

TEST_F(StructuredTest, WithAutoTheModelMayAnswerInText) {
  const auto answer = generate(
      model(), ask_with_tools({.definitions = {kTime}}, "Say hello. Do not call a function."));
  ASSERT_TRUE(answer) << answer.error().message;
  if (answer->tool_calls.empty()) {
    EXPECT_NE(answer->content.value_or(""), "");
  } else {
    EXPECT_EQ(answer->tool_calls[0].name, "get_time");
  }
}

TEST_F(StructuredTest, WithAutoAndASchemaTheTextMatchesIt) {
  GenerateRequest request = ask_with_tools({.definitions = {kTime}}, "Is Paris in France?");
  request.params.grammar = Grammar{GrammarKind::JsonSchema,
                                   R"({"type":"object","properties":{"yes":{"type":"boolean"}},)"
                                   R"("required":["yes"],"additionalProperties":false})"};
  const auto answer = generate(model(), std::move(request));
  ASSERT_TRUE(answer) << answer.error().message;
  if (answer->tool_calls.empty()) {
    EXPECT_TRUE(json::parse(*answer->content).at("yes").is_boolean());
  } else {
    EXPECT_EQ(answer->tool_calls[0].name, "get_time");
  }
}

TEST_F(StructuredTest, LogprobsHaveAnEntryForEachTokenOfAConstrainedAnswer) {
  GenerateRequest request = ask("Name a colour.", 60);
  request.params.logprobs = true;
  request.params.grammar = Grammar{GrammarKind::Regex, "The colour is (red|green|blue)\\."};
  const auto sink = std::make_shared<backend::RecordingSink>();
  ASSERT_TRUE(model().submit(1'000'000, std::move(request), sink));
  const auto events = sink->wait();
  ASSERT_NE(backend::finished_in(events), nullptr);
  EXPECT_THAT(backend::text_of(events), ::testing::StartsWith("The colour is "));
  EXPECT_EQ(backend::logprobs_of(events).size(),
            backend::finished_in(events)->usage.completion_tokens);
}

TEST_F(StructuredTest, WhetherLogprobsAreWantedDoesNotChangeTheAnswer) {
  for (const float temperature : {0.0F, 0.9F}) {
    std::string calls[2];
    for (const bool logprobs : {false, true}) {
      GenerateRequest request =
          ask_with_tools({.definitions = {kTime, kWeather}, .choice = ToolChoice::Required});
      request.params.temperature = temperature;
      request.params.seed = 7;
      request.params.max_tokens = 300;
      request.params.logprobs = logprobs;
      const auto answer = generate(model(), std::move(request));
      ASSERT_TRUE(answer) << answer.error().message;
      for (const ToolCall& call : answer->tool_calls) {
        calls[logprobs ? 1 : 0] += call.name + call.arguments + "\n";
      }
    }
    EXPECT_NE(calls[0], "");
    EXPECT_EQ(calls[0], calls[1]) << temperature;
  }
}

TEST_F(StructuredTest, ForcedTokensAreNotDecodedOneByOne) {
  GenerateRequest request = ask("Say it.", 60);
  request.params.grammar = Grammar{
      GrammarKind::Regex, "(A|B) long text in which there is nothing at all to choose from\\."};
  const std::uint64_t steps = model().stats().steps;
  const auto answer = generate(model(), std::move(request));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_GT(answer->tokens_generated, 10U);
  EXPECT_LT(model().stats().steps - steps, answer->tokens_generated / 2);
}

TEST_F(StructuredTest, WhatAFunctionsSchemaLeavesToTheClientIsToldFirst) {
  const ToolDefinition odd{
      "mark", "Marks words",
      R"({"type":"object","properties":{"n":{"enum":[1,2]},"words":{"type":"array","maxItems":3,)"
      R"("items":{"type":"string","maxLength":4},"uniqueItems":true}},"required":["n"]})"};
  GenerateRequest request = ask_with_tools(
      {.definitions = {kTime, odd}, .choice = ToolChoice::Required, .allowed = {"mark"}});
  const auto sink = std::make_shared<backend::RecordingSink>();
  ASSERT_TRUE(model().submit(1'000'001, std::move(request), sink));
  const auto events = sink->wait();
  ASSERT_FALSE(events.empty());
  const auto* const warned = std::get_if<Warned>(&events.front());
  ASSERT_NE(warned, nullptr);
  ASSERT_EQ(warned->warnings.size(), 1U);
  EXPECT_THAT(warned->warnings[0],
              ::testing::StartsWith("tools[1].parameters.properties.words.uniqueItems: "));
  EXPECT_NE(backend::finished_in(events), nullptr);
  std::string arguments;
  for (const GenerateEvent& event : events) {
    if (const auto* call = std::get_if<ToolCallDelta>(&event)) arguments += call->arguments;
  }
  EXPECT_THAT(json::parse(arguments).at("n"), ::testing::AnyOf(1, 2)) << arguments;
}

TEST_F(StructuredTest, ABadSchemaOfAFunctionIsNamed) {
  const auto answer = generate(
      model(), ask_with_tools({.definitions = {kTime, {"bad", "", R"({"type":"string"})"}}}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().field, "tools[1].parameters");
}

TEST_F(StructuredTest, ATemplateWithItsOwnFormatIsHeldToItsSchemaToo) {
  const auto native = load({.model_path = path(),
                            .chat_template = R"(
{%- if tools %}<|im_start|>system
Functions: {{ tools | tojson }}<|im_end|>
{% endif %}
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}
{%- if message.tool_calls %}{% for call in message.tool_calls %}[CALL]{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}[/CALL]{% endfor %}{% endif %}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %})",
                            .threads = 1});
  ASSERT_TRUE(native) << native.error().message;
  const auto answer = generate(**native, ask_with_tools({.definitions = {kWeather},
                                                         .choice = ToolChoice::Required,
                                                         .parallel = false}));
  ASSERT_TRUE(answer) << answer.error().message;
  ASSERT_EQ(answer->tool_calls.size(), 1U) << answer->content.value_or("");
  EXPECT_EQ(answer->tool_calls[0].name, "get_weather");
  const json arguments = json::parse(answer->tool_calls[0].arguments, nullptr, false);
  ASSERT_TRUE(arguments.is_object()) << answer->tool_calls[0].arguments;
  EXPECT_THAT(arguments.at("unit"), ::testing::AnyOf("celsius", "fahrenheit"));
  EXPECT_EQ(answer->finish_reason, FinishReason::ToolCalls);
}

}  // namespace
}  // namespace pcai::backend::llamacpp

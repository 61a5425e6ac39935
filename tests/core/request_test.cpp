#include "core/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/parameters/parameters.h"
#include "core/path.h"

namespace pcai {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

bool is_path_of_request(std::string_view path) {
  return has_path(kGeneratePaths, path) || has_path(parameter_paths(), path);
}

struct BadParam {
  const char* name;
  const char* field;
  void (*spoil)(GenerateParams&);
};

void PrintTo(const BadParam& bad, std::ostream* out) {
  *out << bad.name;
}

class CheckParamsTest : public testing::TestWithParam<BadParam> {};

TEST_P(CheckParamsTest, RefusesAndNamesTheField) {
  GenerateParams params;
  GetParam().spoil(params);
  const Status status = check_params(params);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(status.error().field, GetParam().field);
  EXPECT_TRUE(is_path_of_request(status.error().field));
  EXPECT_THAT(status.error().message, testing::HasSubstr(GetParam().field));
}

INSTANTIATE_TEST_SUITE_P(
    BadParams, CheckParamsTest,
    testing::Values(
        BadParam{"TemperatureNan", "temperature", [](auto& p) { p.temperature = kNan; }},
        BadParam{"TemperatureInfinite", "temperature", [](auto& p) { p.temperature = kInfinity; }},
        BadParam{"TemperatureNegative", "temperature", [](auto& p) { p.temperature = -0.1F; }},
        BadParam{"TopPOverOne", "top_p", [](auto& p) { p.top_p = 1.01F; }},
        BadParam{"TopPNegative", "top_p", [](auto& p) { p.top_p = -0.01F; }},
        BadParam{"TopPNan", "top_p", [](auto& p) { p.top_p = kNan; }},
        BadParam{"TopKNegative", "top_k", [](auto& p) { p.top_k = -1; }},
        BadParam{"MinPOverOne", "min_p", [](auto& p) { p.min_p = 2; }},
        BadParam{"MinPNan", "min_p", [](auto& p) { p.min_p = kNan; }},
        BadParam{"RepeatPenaltyZero", "repeat_penalty", [](auto& p) { p.repeat_penalty = 0; }},
        BadParam{"RepeatPenaltyNan", "repeat_penalty", [](auto& p) { p.repeat_penalty = kNan; }},
        BadParam{"FrequencyPenaltyNan", "frequency_penalty",
                 [](auto& p) { p.frequency_penalty = kNan; }},
        BadParam{"PresencePenaltyInfinite", "presence_penalty",
                 [](auto& p) { p.presence_penalty = -kInfinity; }},
        BadParam{"RepeatLastNUnderMinusOne", "repeat_last_n",
                 [](auto& p) { p.repeat_last_n = -2; }},
        BadParam{"MaxTokensZero", "max_tokens", [](auto& p) { p.max_tokens = 0; }},
        BadParam{"TopLogprobsTooMany", "top_logprobs",
                 [](auto& p) {
                   p.logprobs = true;
                   p.top_logprobs = 21;
                 }},
        BadParam{"TopLogprobsWithoutLogprobs", "top_logprobs", [](auto& p) { p.top_logprobs = 1; }},
        BadParam{"StopTooMany", "stop", [](auto& p) { p.stop_sequences.assign(17, "x"); }},
        BadParam{"StopEmpty", "stop[1]",
                 [](auto& p) {
                   p.stop_sequences = {"x", ""};
                 }},
        BadParam{"StopTooLong", "stop[0]",
                 [](auto& p) { p.stop_sequences = {std::string(257, 'x')}; }},
        BadParam{"StopNotUtf8", "stop[0]", [](auto& p) { p.stop_sequences = {"\xC3"}; }},
        BadParam{"LogitBiasTooMany", "logit_bias", [](auto& p) { p.logit_bias.resize(1025); }},
        BadParam{"LogitBiasNegativeToken", "logit_bias",
                 [](auto& p) {
                   p.logit_bias = {{-1, 0.0F}};
                 }},
        BadParam{"LogitBiasOver100", "logit_bias",
                 [](auto& p) {
                   p.logit_bias = {{1, 100.5F}};
                 }},
        BadParam{"LogitBiasNan", "logit_bias",
                 [](auto& p) {
                   p.logit_bias = {{1, kNan}};
                 }}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(CheckParamsBoundaryTest, TheDefaultsAreFine) {
  EXPECT_TRUE(check_params(GenerateParams{}).has_value());
}

TEST(CheckParamsBoundaryTest, TheEdgesOfEveryRangeAreFine) {
  GenerateParams params;
  params.temperature = 0;
  params.top_p = 0;
  params.top_k = 0;
  params.min_p = 1;
  params.repeat_last_n = -1;
  params.max_tokens = 1;
  params.logprobs = true;
  params.top_logprobs = 20;
  params.stop_sequences.assign(16, std::string(256, 'x'));
  params.logit_bias = {{0, -100.0F}, {1, 100.0F}};
  EXPECT_TRUE(check_params(params).has_value());
  params.top_p = 1;
  params.min_p = 0;
  params.max_tokens = std::numeric_limits<std::uint32_t>::max();
  EXPECT_TRUE(check_params(params).has_value());
}

std::string refused_field(GenerateRequest request) {
  const Status status = check_request(request);
  if (status) return "";
  EXPECT_TRUE(is_path_of_request(status.error().field)) << status.error().field;
  return status.error().field;
}

TEST(CheckRequestTest, EmptyPromptsAreRefused) {
  EXPECT_EQ(refused_field({.prompt = ChatPrompt{}}), "messages");
  EXPECT_EQ(refused_field({.prompt = TextPrompt{}}), "prompt");
  EXPECT_EQ(refused_field({.prompt = TokenPrompt{}}), "prompt");
}

TEST(CheckRequestTest, TextThatIsNotUtf8IsRefused) {
  EXPECT_EQ(refused_field({.prompt = TextPrompt{"a\xFF"}}), "prompt");
  EXPECT_EQ(
      refused_field({.prompt = ChatPrompt{{{Role::User, "fine"}, {Role::User, "\xED\xA0\x80"}}}}),
      "messages[1].content");
}

TEST(CheckRequestTest, ParamsAreCheckedToo) {
  GenerateRequest request{.prompt = TextPrompt{"hello"}};
  EXPECT_EQ(refused_field(request), "");
  request.params.top_p = 7;
  EXPECT_EQ(refused_field(request), "top_p");
}

TEST(CheckRequestTest, AMessageWithoutContentIsFine) {
  const ChatMessage call{.role = Role::Assistant, .tool_calls = {{"1", "f", "{}"}}};
  EXPECT_EQ(refused_field({.prompt = ChatPrompt{{call}}}), "");
}

std::string refused_media(Role role, std::vector<Media> media) {
  return refused_field(
      {.prompt = ChatPrompt{
           .messages = {{.role = role, .content = "h\u00e9", .media = std::move(media)}}}});
}

TEST(CheckRequestTest, ImagesStandBetweenCharactersOfAUsersMessage) {
  const auto bytes = std::make_shared<const std::string>("png");
  const auto at = [&bytes](std::size_t position) {
    return Media{MediaKind::Image, bytes, position};
  };
  EXPECT_EQ(refused_media(Role::User, {at(0), at(1), at(3)}), "");
  const std::string field = "messages[0].media[0]";
  EXPECT_EQ(refused_media(Role::System, {at(0)}), field);
  EXPECT_EQ(refused_media(Role::User, {at(4)}), field) << "after the end";
  EXPECT_EQ(refused_media(Role::User, {at(2)}), field) << "within a character";
  EXPECT_EQ(refused_media(Role::User, {at(1), at(0)}), "messages[0].media[1]")
      << "in another order";
  EXPECT_EQ(refused_media(Role::User, {Media{}}), field) << "no bytes";
  EXPECT_EQ(refused_media(Role::User, std::vector<Media>(64, at(0))), "");
  EXPECT_EQ(refused_media(Role::User, std::vector<Media>(65, at(0))), "messages");
  const auto large = std::make_shared<const std::string>(std::size_t{25} << 20, 'x');
  EXPECT_EQ(refused_media(Role::User, {{.bytes = large}, {.bytes = large}}), "messages");
}

TEST(CheckRequestTest, AGapNeedsASide) {
  EXPECT_EQ(refused_field({.prompt = InfillPrompt{}}), "prompt");
  EXPECT_EQ(refused_field({.prompt = InfillPrompt{"", "b"}}), "");
  EXPECT_EQ(refused_field({.prompt = InfillPrompt{"\xFF", "b"}}), "prompt");
  EXPECT_EQ(refused_field({.prompt = InfillPrompt{"a", "\xFF"}}), "suffix");
}

TEST(CheckRequestTest, AdaptersAreNamedOnceAndScaledByNumbers) {
  const auto refused = [](std::vector<AdapterScale> adapters) {
    return refused_field({.prompt = TextPrompt{"a"}, .params = {.adapters = std::move(adapters)}});
  };
  EXPECT_EQ(refused({}), "");
  EXPECT_EQ(refused({{0, 1}, {1, -2}}), "");
  EXPECT_EQ(refused({{0, 1}, {0, 1}}), "adapters");
  EXPECT_EQ(refused({{0, kNan}}), "adapters");
}

std::string refused_tools(ToolOptions tools) {
  return refused_field(
      {.prompt = ChatPrompt{.messages = {{Role::User, "hello"}}, .tools = std::move(tools)}});
}

TEST(CheckRequestTest, ToolsNeedNamesOfTheirOwn) {
  EXPECT_EQ(refused_tools({.definitions = {{"get_weather"}, {"get-time2"}}}), "");
  EXPECT_EQ(refused_tools({.definitions = {{""}}}), "tools[0].name");
  EXPECT_EQ(refused_tools({.definitions = {{"get weather"}}}), "tools[0].name");
  EXPECT_EQ(refused_tools({.definitions = {{std::string(129, 'a')}}}), "tools[0].name");
  EXPECT_EQ(refused_tools({.definitions = {{"a"}, {"a"}}}), "tools[1].name");
  EXPECT_EQ(refused_tools({.definitions = {{"a", "\xFF"}}}), "tools[0].description");
  EXPECT_EQ(refused_tools({.definitions = std::vector<ToolDefinition>(129)}), "tools");
  EXPECT_EQ(refused_tools({.definitions = {{"a", std::string((1 << 20) + 1, ' ')}}}), "tools");
}

TEST(CheckRequestTest, AToolChoiceMustBeAmongTheTools) {
  EXPECT_EQ(refused_tools({.choice = ToolChoice::Required}), "tool_choice");
  EXPECT_EQ(refused_tools({.definitions = {{"a"}}, .allowed = {"b"}}), "tool_choice");
  EXPECT_EQ(refused_tools({.definitions = {{"a"}}, .choice = ToolChoice::Required}), "");
}

TEST(CheckRequestTest, GrammarsAndTemplateArgumentsAreBounded) {
  GenerateRequest request{.prompt = TextPrompt{"hello"}};
  request.params.grammar = Grammar{GrammarKind::JsonSchema, ""};
  EXPECT_EQ(refused_field(request), "grammar");
  request.params.grammar = Grammar{GrammarKind::Regex, std::string((1 << 20) + 1, 'a')};
  EXPECT_EQ(refused_field(request), "grammar");
  request.params.grammar = Grammar{GrammarKind::Regex, "a+"};
  EXPECT_EQ(refused_field(request), "");
  ChatPrompt chat{.messages = {{Role::User, "hello"}}};
  chat.template_arguments = {{"", "1"}};
  EXPECT_EQ(refused_field({.prompt = chat}), "template_arguments");
  chat.template_arguments.assign(33, {"name", "1"});
  EXPECT_EQ(refused_field({.prompt = chat}), "template_arguments");
}

}  // namespace
}  // namespace pcai

#include <gtest/gtest.h>

#include "bodies.h"

namespace pcai::openai {
namespace {

constexpr const char* kTwoTools =
    R"("tools":[{"type":"function","function":{"name":"look","description":"Looks.",
        "parameters":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}},
        "required":["z"]},"strict":true}},{"type":"function","function":{"name":"wait-1"}}])";

ToolOptions tools_of(const std::string& members) {
  auto request = parse_chat_request(chat_body(members));
  EXPECT_TRUE(request) << members << ": " << request.error().message;
  return request ? std::get<ChatPrompt>(request->generate.prompt).tools : ToolOptions{};
}

ToolOptions with_choice(const std::string& choice) {
  return tools_of(std::string(kTwoTools) + ",\"tool_choice\":" + choice);
}

std::string one_tool(const std::string& function) {
  return R"("tools":[{"type":"function","function":)" + function + "}]";
}

void expect_refused(const std::string& members, ErrorCode code, const std::string& field) {
  const Error error = error_of(chat_body(members));
  EXPECT_EQ(error.code, code) << members << ": " << error.message;
  EXPECT_EQ(error.field, field) << error.message;
}

TEST(ToolFieldsTest, DefinitionsKeepTheirOrderAndTheirSchemasKeys) {
  const ToolOptions tools = tools_of(kTwoTools);
  ASSERT_EQ(tools.definitions.size(), 2U);
  EXPECT_EQ(tools.definitions[0].name, "look");
  EXPECT_EQ(tools.definitions[0].description, "Looks.");
  EXPECT_EQ(tools.definitions[0].parameters,
            R"({"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}},)"
            R"("required":["z"]})");
  EXPECT_EQ(tools.definitions[1].name, "wait-1");
  EXPECT_EQ(tools.definitions[1].parameters, "");
  EXPECT_EQ(tools.choice, ToolChoice::Auto);
  EXPECT_TRUE(tools.parallel);
  EXPECT_TRUE(tools.allowed.empty());
}

TEST(ToolFieldsTest, ArgumentsAlwaysAreAnObject) {
  const auto parameters = [](const std::string& schema) {
    return tools_of(one_tool(R"({"name":"f","parameters":)" + schema + "}"))
        .definitions[0]
        .parameters;
  };
  EXPECT_EQ(parameters("{}"), "");
  EXPECT_EQ(parameters("null"), "");
  EXPECT_EQ(parameters(R"({"properties":{}})"), R"({"properties":{},"type":"object"})");
  for (const char* as_it_is :
       {R"({"type":"object"})", R"({"$defs":{"x":{"type":"object"}},"$ref":"#/$defs/x"})",
        R"({"anyOf":[{"type":"object"}]})"}) {
    EXPECT_EQ(parameters(as_it_is), as_it_is);
  }
  expect_refused(one_tool(R"({"name":"f","parameters":{"type":"array"}})"),
                 ErrorCode::InvalidRequest, "tools[0].function.parameters.type");
  expect_refused(one_tool(R"({"name":"f","parameters":{"type":["object","null"]}})"),
                 ErrorCode::InvalidRequest, "tools[0].function.parameters.type");
}

TEST(ToolFieldsTest, ToolChoiceHasItsWords) {
  EXPECT_EQ(with_choice("\"auto\"").choice, ToolChoice::Auto);
  EXPECT_EQ(with_choice("\"none\"").choice, ToolChoice::None);
  EXPECT_EQ(with_choice("\"required\"").choice, ToolChoice::Required);
  EXPECT_EQ(with_choice("null").choice, ToolChoice::Auto);
}

TEST(ToolFieldsTest, ANamedFunctionIsCalledOnce) {
  const ToolOptions tools = with_choice(R"({"type":"function","function":{"name":"look"}})");
  EXPECT_EQ(tools.choice, ToolChoice::Required);
  EXPECT_EQ(tools.allowed, std::vector<std::string>{"look"});
  EXPECT_FALSE(tools.parallel);
  EXPECT_EQ(tools.definitions.size(), 2U);
  EXPECT_EQ(with_choice(R"({"type":"function","name":"look"})").allowed, tools.allowed);
}

TEST(ToolFieldsTest, AllowedToolsNarrowTheChoice) {
  const std::string list =
      R"("tools":[{"type":"function","function":{"name":"look"}},
                  {"type":"function","function":{"name":"wait-1"}}])";
  const ToolOptions any =
      with_choice(R"({"type":"allowed_tools","allowed_tools":{"mode":"auto",)" + list + "}}");
  EXPECT_EQ(any.choice, ToolChoice::Auto);
  EXPECT_EQ(any.allowed, (std::vector<std::string>{"look", "wait-1"}));
  EXPECT_TRUE(any.parallel);
  const ToolOptions some =
      with_choice(R"({"type":"allowed_tools","allowed_tools":{"mode":"required",)" + list + "}}");
  EXPECT_EQ(some.choice, ToolChoice::Required);
}

TEST(ToolFieldsTest, ParallelCallsCanBeTurnedOff) {
  EXPECT_FALSE(tools_of(std::string(kTwoTools) + ",\"parallel_tool_calls\":false").parallel);
  EXPECT_TRUE(tools_of(std::string(kTwoTools) + ",\"parallel_tool_calls\":true").parallel);
  EXPECT_FALSE(tools_of(std::string(kTwoTools) +
                        R"(,"parallel_tool_calls":true,
                           "tool_choice":{"type":"function","function":{"name":"look"}})")
                   .parallel);
}

TEST(ToolFieldsTest, OlderFunctionsAreToolsThatAreCalledOnce) {
  const auto parsed = parse_chat_request(
      chat_body(R"("functions":[{"name":"f","parameters":{"type":"object"}},{"name":"g"}],
                   "function_call":{"name":"g"})"));
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(parsed->legacy_calls);
  const ToolOptions& tools = std::get<ChatPrompt>(parsed->generate.prompt).tools;
  EXPECT_EQ(tools.definitions.size(), 2U);
  EXPECT_EQ(tools.allowed, std::vector<std::string>{"g"});
  EXPECT_EQ(tools.choice, ToolChoice::Required);
  EXPECT_FALSE(tools.parallel);
  EXPECT_FALSE(parse_chat_request(chat_body(kTwoTools))->legacy_calls);
}

TEST(ToolFieldsTest, WhatIsWrongIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("tools":[{}])", "tools[0].function"},
      {R"("tools":[7])", "tools[0]"},
      {R"("tools":[{"type":"function"}])", "tools[0].function"},
      {one_tool("{}"), "tools[0].function.name"},
      {one_tool(R"({"name":""})"), "tools[0].function.name"},
      {one_tool(R"({"name":"a b"})"), "tools[0].function.name"},
      {one_tool(R"({"name":")" + std::string(129, 'x') + "\"}"), "tools[0].function.name"},
      {one_tool(R"({"name":"f","parameters":"{}"})"), "tools[0].function.parameters"},
      {one_tool(R"({"name":"f","parameters":[]})"), "tools[0].function.parameters"},
      {one_tool(R"({"name":"f","strict":"yes"})"), "tools[0].function.strict"},
      {one_tool(R"({"name":"f","parametres":{}})"), "tools[0].function.parametres"},
      {R"("tools":[{"type":"function","function":{"name":"f"}},
                   {"type":"function","function":{"name":"f"}}])",
       "tools[1].function.name"},
      {R"("tool_choice":"required")", "tool_choice"},
      {R"("tool_choice":{"type":"function","function":{"name":"f"}})", "tool_choice.function.name"},
      {one_tool(R"({"name":"f"})") + R"(,"tool_choice":{"type":"function"})",
       "tool_choice.function"},
      {one_tool(R"({"name":"f"})") +
           R"(,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"any","tools":[]}})",
       "tool_choice.allowed_tools.mode"},
      {one_tool(R"({"name":"f"})") +
           R"(,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}})",
       "tool_choice.allowed_tools.tools"},
      {one_tool(R"({"name":"f"})") +
           R"(,"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto",
              "tools":[{"type":"function","function":{"name":"g"}}]}})",
       "tool_choice.allowed_tools.tools[0].function.name"},
      {R"("functions":[{"name":"f"}],"function_call":{"name":"g"})", "function_call.name"},
      {R"("functions":[{"name":"f"}],"function_call":"required")", "function_call"},
      {one_tool(R"({"name":"f"})") + R"(,"functions":[{"name":"g"}])", "functions"},
  };
  for (const auto& [members, field] : cases) {
    expect_refused(members, ErrorCode::InvalidRequest, field);
  }
}

TEST(ToolFieldsTest, ToolsThatAServiceRunsAreLeftOut) {
  const auto parsed = parse_chat_request(chat_body(
      R"("tools":[{"type":"custom","custom":{"name":"g"}},{"type":"not_invented_yet"},
                  {"function":{"name":"f"}}],"tool_choice":"required")"));
  ASSERT_TRUE(parsed) << parsed.error().message;
  const ToolOptions& tools = std::get<ChatPrompt>(parsed->generate.prompt).tools;
  ASSERT_EQ(tools.definitions.size(), 1U);
  EXPECT_EQ(tools.definitions[0].name, "f");
  EXPECT_EQ(parsed->warnings.lines(),
            (std::vector<std::string>{
                "tools[0] is left out: tools of type 'custom' are not run here",
                "tools[1] is left out: tools of type 'not_invented_yet' are not run here"}));
  EXPECT_FALSE(parsed->warnings.unknown());  // the strict server leaves them out, too
}

TEST(ToolFieldsTest, NamesMayHaveWhatPeersAllow) {
  for (const std::string& name :
       {std::string("mcp.files:read/all-2"), std::string(128, 'x'), std::string("a")}) {
    EXPECT_EQ(tools_of(one_tool("{\"name\":\"" + name + "\"}")).definitions[0].name, name);
  }
}

TEST(ToolFieldsTest, AToolThatIsLeftOutCannotBeChosen) {
  const std::string search = R"("tools":[{"type":"web_search"}],"tool_choice":)";
  expect_refused(search + "\"required\"", ErrorCode::InvalidRequest, "tool_choice");
  expect_refused(search + R"({"type":"web_search"})", ErrorCode::Unsupported, "tool_choice.type");
  expect_refused(search + R"({"type":"allowed_tools","allowed_tools":{"mode":"auto",
                                "tools":[{"type":"web_search"}]}})",
                 ErrorCode::Unsupported, "tool_choice.allowed_tools.tools");
  EXPECT_FALSE(tools_of(search + "\"auto\"").enabled());
  expect_refused(R"("tool_choice":{"type":"custom","custom":{"name":"f"}})", ErrorCode::Unsupported,
                 "tool_choice.type");
}

TEST(ToolFieldsTest, DescriptionsDoNotCountForTheSizeOfASchema) {
  const auto schema = [](const std::string& member, std::size_t bytes) {
    return one_tool(R"({"name":"a","parameters":{"type":"object","properties":{"description":{)" +
                    ("\"" + member + "\":\"") + std::string(bytes, 'x') + "\"}}}}");
  };
  EXPECT_EQ(tools_of(schema("description", 100'000)).definitions.size(), 1U);
  expect_refused(schema("pattern", 100'000), ErrorCode::InvalidRequest,
                 "tools[0].function.parameters");
  expect_refused(schema("description", 600'000), ErrorCode::InvalidRequest,
                 "tools[0].function.parameters");
  // A member of that name is no description.
  expect_refused(
      one_tool(R"({"name":"a","parameters":{"type":"object","properties":{"title":{"enum":[")" +
               std::string(100'000, 'x') + "\"]}}}}"),
      ErrorCode::InvalidRequest, "tools[0].function.parameters");
}

TEST(ToolFieldsTest, SchemasAreBoundedInDepthAndSize) {
  const std::string deep = std::string(70, '[') + std::string(70, ']');
  const Error error =
      error_of(chat_body(one_tool(R"({"name":"f","parameters":{"enum":)" + deep + "}}")));
  EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error.field.find("tools[0].function.parameters.enum"), 0U) << error.field;
  const std::string text(70'000, 'd');
  expect_refused(one_tool(R"({"name":"f","parameters":{"pattern":")" + text + "\"}}"),
                 ErrorCode::InvalidRequest, "tools[0].function.parameters");
}

}  // namespace
}  // namespace pcai::openai

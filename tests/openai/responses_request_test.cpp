#include "openai/responses/responses_request.h"

#include <gtest/gtest.h>

namespace pcai::openai {
namespace {

ResponsesRequest parsed(const std::string& members) {
  auto request = parse_responses_request("{" + members + "}");
  EXPECT_TRUE(request) << members << ": " << request.error().message;
  return request ? *std::move(request) : ResponsesRequest{};
}

const ChatPrompt& prompt_of(const ResponsesRequest& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

void expect_refused(const std::string& members, ErrorCode code, const std::string& field) {
  const auto request = parse_responses_request("{" + members + "}");
  ASSERT_FALSE(request) << members;
  EXPECT_EQ(request.error().code, code) << members << ": " << request.error().message;
  EXPECT_EQ(request.error().field, field) << request.error().message;
}

TEST(ResponsesRequestTest, ABareRequestHasItsDefaults) {
  const ResponsesRequest request = parsed(R"("input":"hi")");
  ASSERT_EQ(prompt_of(request).messages.size(), 1U);
  EXPECT_EQ(prompt_of(request).messages[0].content, "hi");
  EXPECT_TRUE(request.store);
  EXPECT_FALSE(request.stream);
  EXPECT_EQ(request.echo["temperature"].dump(), "0.7");
  EXPECT_EQ(request.echo["tool_choice"], "auto");
  EXPECT_EQ(request.echo["tools"], api::Json::array());
  EXPECT_EQ(request.echo["text"]["format"]["type"], "text");
  EXPECT_TRUE(request.echo["instructions"].is_null());
}

TEST(ResponsesRequestTest, EachFieldReachesItsPlace) {
  const ResponsesRequest request = parsed(
      R"("input":"hi","model":"m","instructions":"Be brief.","max_output_tokens":5,"store":false,
         "stream":true,"temperature":0,"reasoning":{"effort":"none"},"metadata":{"a":"b"},
         "include":["message.output_text.logprobs"],"top_logprobs":2,"truncation":"disabled",
         "tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],
         "tool_choice":{"type":"function","name":"f"},
         "text":{"format":{"type":"json_schema","name":"x","schema":{"type":"array"}}})");
  EXPECT_EQ(request.generate.model, "m");
  EXPECT_EQ(request.generate.params.max_tokens, 5U);
  EXPECT_EQ(request.generate.params.temperature, 0.0F);
  EXPECT_EQ(request.generate.params.grammar->source, R"({"type":"array"})");
  EXPECT_TRUE(request.generate.params.logprobs);
  EXPECT_EQ(request.generate.params.top_logprobs, 2U);
  EXPECT_FALSE(request.store);
  EXPECT_TRUE(request.stream);
  EXPECT_FALSE(prompt_of(request).reasoning);
  EXPECT_EQ(prompt_of(request).tools.allowed, std::vector<std::string>{"f"});
  EXPECT_EQ(request.echo["tools"][0]["strict"], true);
  EXPECT_EQ(request.echo["tool_choice"]["name"], "f");
  EXPECT_EQ(request.echo["metadata"]["a"], "b");
  EXPECT_TRUE(request.warnings.empty());
}

TEST(ResponsesRequestTest, ItemsBecomeMessages) {
  const ResponsesRequest request = parsed(R"("input":[
      {"role":"developer","content":"d"},
      {"type":"message","role":"user","content":[{"type":"input_text","text":"a"},
                                                 {"type":"input_text","text":"b"}]},
      {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},
      {"type":"message","id":"msg_1","role":"assistant","status":"completed",
       "content":[{"type":"output_text","text":"I look.","annotations":[],"logprobs":[]}]},
      {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{}"},
      {"type":"function_call","call_id":"c2","name":"g","arguments":"{\"a\":1}"},
      {"type":"function_call_output","call_id":"c1","output":"one"},
      {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]},
      {"role":"assistant","content":"done"},{"role":"assistant","content":"really"}])");
  const auto& messages = prompt_of(request).messages;
  ASSERT_EQ(messages.size(), 7U);
  EXPECT_EQ(messages[0].role, Role::System);
  EXPECT_EQ(messages[1].content, "a\nb");
  EXPECT_EQ(messages[2].role, Role::Assistant);
  EXPECT_EQ(messages[2].reasoning, "hm");
  EXPECT_EQ(messages[2].content, "I look.");
  ASSERT_EQ(messages[2].tool_calls.size(), 2U);
  EXPECT_EQ(messages[2].tool_calls[1].id, "c2");
  EXPECT_EQ(messages[2].tool_calls[1].arguments, "{\"a\":1}");
  EXPECT_EQ(messages[3].role, Role::Tool);
  EXPECT_EQ(messages[3].tool_call_id, "c1");
  EXPECT_EQ(messages[4].content, "two");
  EXPECT_EQ(messages[5].content, "done");
  EXPECT_EQ(messages[6].content, "really");
}

TEST(ResponsesRequestTest, InstructionsAndHistoryComeBeforeTheInput) {
  ResponsesRequest request = parsed(R"("input":"third","instructions":"Be brief.")");
  api::Places places;
  add_history(
      request,
      {{.role = Role::User, .content = "first"}, {.role = Role::Assistant, .content = "second"}},
      places);
  const auto& messages = prompt_of(request).messages;
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[0].role, Role::System);
  EXPECT_EQ(messages[0].content, "Be brief.");
  EXPECT_EQ(messages[1].content, "first");
  EXPECT_EQ(messages[3].content, "third");
}

TEST(ResponsesRequestTest, ALastTextOfTheAssistantsIsGoneOnWithUnlessItIsCompleted) {
  const auto continues = [](const std::string& last, const std::string& members = "") {
    const std::string first = R"("input":[{"role":"user","content":"a"},)";
    return prompt_of(parsed(first + last + "]" + members)).continues;
  };
  const auto message = [](const std::string& status) {
    return R"({"type":"message","id":"msg_1","role":"assistant","status":")" + status +
           R"(","content":[{"type":"output_text","text":"b","annotations":[]}]})";
  };
  EXPECT_TRUE(continues(R"({"role":"assistant","content":"b"})"));
  EXPECT_TRUE(continues(message("incomplete")));
  EXPECT_TRUE(continues(message("in_progress")));
  EXPECT_TRUE(continues(message("completed") + "," + message("incomplete")));
  EXPECT_FALSE(continues(message("completed")));
  EXPECT_FALSE(continues(message("incomplete") + R"(,{"role":"user","content":"c"})"));
  EXPECT_FALSE(continues(R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"})"));
  EXPECT_FALSE(continues(message("incomplete"), R"(,"text":{"format":{"type":"json_object"}})"));
}

TEST(ResponsesRequestTest, AnAnswerThatGoesOnIsPartOfTheLastMessage) {
  std::vector<ChatMessage> conversation = {{.role = Role::User, .content = "a"},
                                           {.role = Role::Assistant, .content = "Hello wor"}};
  add_answer(conversation, {.role = Role::Assistant, .content = "ld"}, true);
  ASSERT_EQ(conversation.size(), 2U);
  EXPECT_EQ(conversation[1].content, "Hello world");
  add_answer(conversation, {.role = Role::Assistant, .content = "More"}, false);
  ASSERT_EQ(conversation.size(), 3U);
  EXPECT_EQ(conversation[2].content, "More");
}

TEST(ResponsesRequestTest, WhatIsWrongIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("model":"m")", "input"},
      {R"("input":[])", "input"},
      {R"("input":7)", "input"},
      {R"("input":[7])", "input[0]"},
      {R"("input":[{}])", "input[0].type"},
      {R"("input":[{"role":"tool","content":"x"}])", "input[0].role"},
      {R"("input":[{"role":"user"}])", "input[0].content"},
      {R"("input":[{"role":"user","content":[{"type":"input_text"}]}])",
       "input[0].content[0].text"},
      {R"("input":[{"type":"function_call","name":"f","arguments":""}])", "input[0].call_id"},
      {R"("input":[{"type":"function_call_output","call_id":"c"}])", "input[0].output"},
      {R"("input":"x","max_output_tokens":0)", "max_output_tokens"},
      {R"("input":"x","text":{"format":{"type":"xml"}})", "text.format.type"},
      {R"("input":"x","text":{"format":{"type":"json_schema"}})", "text.format.name"},
      {R"("input":"x","text":{"format":{"type":"json_schema","name":"x"}})", "text.format.schema"},
      {R"("input":"x","tools":[{"type":"function"}])", "tools[0].name"},
      {R"("input":"x","tools":[{"type":"function","function":{"name":"f"}}])", "tools[0].name"},
      {R"("input":"x","tool_choice":"required")", "tool_choice"},
      {R"("input":"x","top_logprobs":1)", "top_logprobs"},
      {R"("input":"x","metadata":{"a":1})", "metadata.a"},
      {R"("input":"x","reasoning":{"effort":"huge"})", "reasoning.effort"},
      {R"("input":"x","truncation":"middle")", "truncation"},
      {R"("input":[{"type":"item_reference","id":"i"}])", "input[0].id"},
      {R"("input":[{"type":"web_search_call","id":"w"}])", "input"},
      {R"("input":"x","temprature":1)", "temprature"},
  };
  for (const auto& [members, field] : cases) {
    expect_refused(members, ErrorCode::InvalidRequest, field);
  }
}

TEST(ResponsesRequestTest, WhatIsNotSupportedIsSaidByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("input":"x","background":true)", "background"},
      {R"("input":"x","conversation":"conv_1")", "conversation"},
      {R"("input":"x","prompt":{"id":"p"})", "prompt"},
      {R"("input":[{"role":"user","content":[{"type":"input_file","file_id":"x"}]}])",
       "input[0].content[0].type"},
      {R"("input":[{"role":"user","content":[{"type":"input_image","file_id":"f",
          "image_url":"http://x/y.png"}]}])",
       "input[0].content[0].file_id"},
  };
  for (const auto& [members, field] : cases) {
    expect_refused(members, ErrorCode::Unsupported, field);
  }
}

TEST(ResponsesRequestTest, WhatOtherServicesLeaveInAConversationIsRead) {
  const auto request = parsed(R"("input":[
      {"role":"user","content":"go"},
      {"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"hm"}],"content":null,
       "encrypted_content":"x"},
      {"type":"local_shell_call","id":"l","call_id":"c1","status":"completed",
       "action":{"command":["ls"]}},
      {"type":"local_shell_call_output","call_id":"c1","output":"a.txt"},
      {"type":"custom_tool_call","call_id":"c2","name":"apply_patch","input":"*** Begin"},
      {"type":"custom_tool_call_output","call_id":"c2","output":{"ok":true}},
      {"type":"function_call","call_id":"c3","name":"f"},
      {"type":"function_call_output","call_id":"c3","output":[]},
      {"type":"web_search_call","id":"w","status":"completed","action":{}}])");
  const auto& messages = std::get<ChatPrompt>(request.generate.prompt).messages;
  ASSERT_EQ(messages.size(), 7U);
  EXPECT_EQ(messages[1].reasoning, "hm");
  EXPECT_EQ(messages[1].tool_calls.at(0).name, "local_shell");
  EXPECT_EQ(messages[1].tool_calls.at(0).arguments, R"({"action":{"command":["ls"]}})");
  EXPECT_EQ(messages[2].tool_call_id, "c1");
  EXPECT_EQ(messages[2].content, "a.txt");
  EXPECT_EQ(messages[3].tool_calls.at(0).name, "apply_patch");
  EXPECT_EQ(messages[3].tool_calls.at(0).arguments, R"({"input":"*** Begin"})");
  EXPECT_EQ(messages[4].content, R"({"ok":true})");
  EXPECT_EQ(messages[5].tool_calls.at(0).arguments, "{}");
  EXPECT_EQ(messages[6].content, "");
  EXPECT_EQ(request.warnings.lines().back(),
            "input[8] is left out: an item of type 'web_search_call'");
}

TEST(ResponsesRequestTest, AReferenceIsTheItemThatIsStored) {
  const StoredItem stored = [](const std::string& id) -> std::optional<api::Json> {
    if (id != "fc_1") return std::nullopt;
    return std::optional<api::Json>(
        api::Json::parse(R"({"type":"function_call","call_id":"c","name":"f","arguments":"{}"})"));
  };
  const auto request = parse_responses_request(
      R"({"input":[{"role":"user","content":"go"},{"type":"item_reference","id":"fc_1"},
          {"type":"function_call_output","call_id":"c","output":"x"}]})",
      {}, stored);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<ChatPrompt>(request->generate.prompt).messages.at(1).tool_calls.at(0).name,
            "f");
  const auto other = parse_responses_request(R"({"input":[{"id":"fc_2"}]})", {}, stored);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().field, "input[0].id");
}

TEST(ResponsesRequestTest, ChatCompletionsNameOfTheLimitIsHonoured) {
  EXPECT_EQ(parsed(R"("input":"x","max_tokens":5)").generate.params.max_tokens, 5U);
  EXPECT_EQ(
      parsed(R"("input":"x","max_output_tokens":6,"max_tokens":5)").generate.params.max_tokens, 6U);
}

TEST(ResponsesRequestTest, WhatHasNoEffectIsNamed) {
  EXPECT_EQ(parsed(R"("input":"x","user":"u","background":false,
                      "text":{"verbosity":"low"},"reasoning":{"summary":"auto"},
                      "include":["reasoning.encrypted_content"])")
                .warnings.lines(),
            (std::vector<std::string>{"text.verbosity has no effect here",
                                      "reasoning.summary has no effect here",
                                      "include[0] has no effect here", "user has no effect here"}));
}

}  // namespace
}  // namespace pcai::openai

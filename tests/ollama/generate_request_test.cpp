#include "ollama/generate_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ollama/embed.h"

namespace pcai::ollama {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string chat_with(const std::string& fields,
                      const std::string& messages = R"([{"role":"user","content":"hello"}])") {
  return R"({"model":"m","messages":)" + messages + (fields.empty() ? "" : "," + fields) + "}";
}

OllamaRequest chat(const std::string& body) {
  auto request = parse_ollama_chat(body);
  EXPECT_TRUE(request.has_value()) << request.error().message;
  return request ? *request : OllamaRequest{};
}

Error refused(const std::string& body) {
  const auto request = parse_ollama_chat(body);
  EXPECT_FALSE(request.has_value()) << body;
  return request ? Error{} : request.error();
}

const ChatPrompt& prompt_of(const OllamaRequest& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

TEST(OllamaRequestTest, OptionsArrive) {
  const auto request = chat(chat_with(
      R"("options":{"num_predict":7,"temperature":0.5,"top_k":3,"top_p":0.5,"min_p":0.1,"seed":9,
         "repeat_last_n":5,"repeat_penalty":1.2,"stop":["a"],"mirostat":0,"typical_p":1.0})"));
  const GenerateParams& params = request.generate.params;
  EXPECT_EQ(params.max_tokens, 7U);
  EXPECT_FLOAT_EQ(params.temperature, 0.5F);
  EXPECT_EQ(params.top_k, 3);
  EXPECT_EQ(params.seed, 9U);
  EXPECT_EQ(params.repeat_last_n, 5);
  EXPECT_THAT(params.stop_sequences, ElementsAre("a"));
  EXPECT_TRUE(request.warnings.empty());
  EXPECT_TRUE(request.stream);
}

TEST(OllamaRequestTest, WithoutALimitTheContextIsTheLimit) {
  EXPECT_EQ(chat(chat_with("")).generate.params.max_tokens, 2147483647U);
  EXPECT_EQ(chat(chat_with(R"("options":{"num_predict":-1})")).generate.params.max_tokens,
            2147483647U);
}

TEST(OllamaRequestTest, WhatHasNoEffectIsNamed) {
  EXPECT_THAT(
      chat(chat_with(R"("keep_alive":"5m","options":{"num_ctx":4096,"numa":false})"))
          .warnings.lines(),
      testing::UnorderedElementsAre(HasSubstr("options.num_ctx"), HasSubstr("options.numa")));
}

TEST(OllamaRequestTest, WhatIsWrongIsRefusedByName) {
  EXPECT_EQ(refused(chat_with(R"("options":{"temprature":1})")).field, "options.temprature");
  EXPECT_EQ(refused(chat_with(R"("options":{"temperature":-1})")).field, "options.temperature");
  EXPECT_EQ(chat(chat_with(R"("options":{"temperature":5})")).generate.params.temperature, 5.0F);
  EXPECT_EQ(refused(chat_with(R"("options":{"mirostat":3})")).field, "options.mirostat");
  EXPECT_EQ(refused(chat_with(R"("options":{"tfs_z":0.5})")).code, ErrorCode::Unsupported);
  EXPECT_EQ(refused(chat_with(R"("format":"xml")")).field, "format");
  EXPECT_EQ(refused(chat_with(R"("think":"much")")).field, "think");
  EXPECT_EQ(refused(chat_with(R"("messagse":"m")")).field, "messagse");
  EXPECT_EQ(refused(chat_with("", R"([{"role":"me","content":"a"}])")).field, "messages[0].role");
  EXPECT_EQ(refused(chat_with("", R"([{"role":"user","content":"a","images":["x"]}])")).field,
            "messages[0].images[0]");
  EXPECT_EQ(refused(R"({"messages":[]})").field, "model");
}

TEST(OllamaRequestTest, ImagesStandBeforeTheText) {
  const std::string images = R"("images":["iVBORw0KGgphbmQgc28gb24="])";
  const auto talk = chat(chat_with("", R"([{"role":"user","content":"a",)" + images + "}]"));
  const auto& message = prompt_of(talk).messages.at(0);
  ASSERT_EQ(message.media.size(), 1U);
  EXPECT_EQ(message.media[0].position, 0U);
  EXPECT_THAT(*message.media[0].bytes, HasSubstr("PNG"));
  const auto one = parse_ollama_generate(R"({"model":"m","prompt":"a",)" + images + "}");
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(prompt_of(*one).messages.at(0).media.size(), 1U);
  const auto raw = parse_ollama_generate(R"({"model":"m","prompt":"a","raw":true,)" + images + "}");
  ASSERT_FALSE(raw);
  EXPECT_EQ(raw.error().field, "images");
}

TEST(OllamaRequestTest, FormatsBecomeGrammars) {
  EXPECT_EQ(chat(chat_with(R"("format":"json")")).generate.params.grammar->source,
            R"({"type":"object"})");
  EXPECT_EQ(chat(chat_with(R"("format":{"type":"array"})")).generate.params.grammar->source,
            R"({"type":"array"})");
  EXPECT_FALSE(chat(chat_with(R"("format":"")")).generate.params.grammar.has_value());
}

TEST(OllamaRequestTest, ThinkingIsTurnedOnAndOff) {
  EXPECT_FALSE(prompt_of(chat(chat_with(R"("think":false)"))).reasoning);
  const auto high = chat(chat_with(R"("think":"high")"));
  EXPECT_TRUE(prompt_of(high).reasoning);
  ASSERT_EQ(prompt_of(high).template_arguments.size(), 1U);
  EXPECT_EQ(prompt_of(high).template_arguments[0].json, "\"high\"");
}

TEST(OllamaRequestTest, AToolLoopIsMatchedByNameAndPlace) {
  const auto request = chat(chat_with(
      R"("tools":[{"type":"function","function":{"name":"a","parameters":{"type":"object"}}}])",
      R"([{"role":"user","content":"go"},
          {"role":"assistant","tool_calls":[{"function":{"name":"a","arguments":{"x":1}}},
                                            {"function":{"name":"b","arguments":{}}}]},
          {"role":"tool","tool_name":"b","content":"two"},
          {"role":"tool","tool_name":"a","content":"one"}])"));
  const auto& messages = prompt_of(request).messages;
  ASSERT_EQ(messages.size(), 4U);
  EXPECT_EQ(messages[1].tool_calls[0].arguments, R"({"x":1})");
  EXPECT_EQ(messages[2].tool_call_id, messages[1].tool_calls[1].id);
  EXPECT_EQ(messages[3].tool_call_id, messages[1].tool_calls[0].id);
  EXPECT_EQ(prompt_of(request).tools.definitions.size(), 1U);
}

TEST(OllamaRequestTest, NoMessagesLoadTheModel) {
  EXPECT_TRUE(chat(R"({"model":"m"})").only_load);
  EXPECT_TRUE(chat(chat_with("", "[]")).only_load);
  EXPECT_TRUE(parse_ollama_generate(R"({"model":"m"})")->only_load);
}

TEST(OllamaRequestTest, ARequestForNothingButTimeUnloadsTheModel) {
  using std::chrono::seconds;
  EXPECT_EQ(chat(chat_with(R"("keep_alive":"5m")")).stay, seconds(300));
  EXPECT_FALSE(chat(chat_with(R"("keep_alive":0)")).unloads()) << "after the answer";
  EXPECT_TRUE(chat(R"({"model":"m","keep_alive":0})").unloads());
  EXPECT_TRUE(chat(R"({"model":"m","messages":[],"keep_alive":"0"})").unloads());
  EXPECT_FALSE(chat(R"({"model":"m","keep_alive":-1})").unloads());
  EXPECT_FALSE(chat(R"({"model":"m"})").unloads());
  EXPECT_TRUE(parse_ollama_generate(R"({"model":"m","prompt":"","keep_alive":0})")->unloads());
  EXPECT_EQ(parse_ollama_embed(R"({"model":"m","input":"a","keep_alive":1})")->stay, seconds(1));
  EXPECT_EQ(refused(chat_with(R"("keep_alive":true)")).field, "keep_alive");
}

TEST(OllamaRequestTest, AGenerateRequestIsAChatUnlessRaw) {
  const auto request =
      parse_ollama_generate(R"({"model":"m","prompt":"hi","system":"Be kind.","stream":false})");
  ASSERT_TRUE(request.has_value()) << request.error().message;
  EXPECT_FALSE(request->stream);
  EXPECT_EQ(prompt_of(*request).messages.size(), 2U);
  const auto raw = parse_ollama_generate(R"({"model":"m","prompt":"hi","raw":true})");
  EXPECT_EQ(std::get<TextPrompt>(raw->generate.prompt).text, "hi");
  const auto gap = parse_ollama_generate(R"({"model":"m","prompt":"a","suffix":"b"})");
  EXPECT_EQ(std::get<InfillPrompt>(gap->generate.prompt).suffix, "b");
  EXPECT_EQ(parse_ollama_generate(R"({"model":"m","prompt":"a","suffix":"b","system":"c"})")
                .error()
                .field,
            "system");
  EXPECT_TRUE(parse_ollama_generate(R"({"model":"m","prompt":"a","context":[]})").has_value());
}

TEST(OllamaRequestTest, AChatGoesOnFromTheAssistantsLastText) {
  const std::string begin =
      R"({"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b")";
  const auto continues = [](const std::string& body) {
    const auto request = parse_ollama_chat(body);
    EXPECT_TRUE(request) << body;
    return request && prompt_of(*request).continues;
  };
  EXPECT_TRUE(continues(begin + "}]}"));
  EXPECT_FALSE(continues(begin + R"(,"tool_calls":[{"function":{"name":"f"}}]}]})"));
  EXPECT_FALSE(continues(begin + R"(}],"format":"json"})")) << "a format is that of whole answers";
  EXPECT_FALSE(continues(R"({"model":"m","messages":[{"role":"user","content":"a"}]})"));
}

TEST(OllamaEmbedTest, TextsAreRead) {
  EXPECT_EQ(parse_ollama_embed(R"({"model":"m","input":["a","b"]})")->embed.inputs.size(), 2U);
  EXPECT_EQ(parse_ollama_embed(R"({"model":"m","input":["a",1]})").error().field, "input[1]");
  EXPECT_EQ(parse_ollama_embeddings(R"({"model":"m","prompt":"a"})")->embed.inputs.size(), 1U);
  EXPECT_TRUE(parse_ollama_embed(R"({"model":"m","input":"a"})")->embed.truncate);
  EXPECT_FALSE(parse_ollama_embed(R"({"model":"m","input":"a","truncate":false})")->embed.truncate);
}

}  // namespace
}  // namespace pcai::ollama

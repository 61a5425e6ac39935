#include "app/remote/chat_stream.h"

#include <gtest/gtest.h>

namespace pcai::app {
namespace {

Answer read(const std::string& body, long status, std::size_t piece) {
  Answer answer;
  const AnswerPieces pieces;
  ChatStream stream(answer, pieces);
  for (std::size_t i = 0; i < body.size(); i += piece) {
    EXPECT_TRUE(stream.add(body.substr(i, piece)));
  }
  stream.end(status);
  return answer;
}

constexpr const char* kAnswer =
    "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\r\n\r\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}\n\n";

TEST(ChatStreamTest, AnAnswerIsReadInPiecesOfAnyLength) {
  for (const std::size_t piece : {1, 7, 1000}) {
    const Answer answer = read(std::string(kAnswer) + "data: [DONE]\n\n", 200, piece);
    ASSERT_FALSE(answer.error) << answer.error->message;
    EXPECT_EQ(answer.response.content, "Hello");
    EXPECT_EQ(answer.reasoning, "hm");
    EXPECT_EQ(answer.response.finish_reason, FinishReason::Length);
    EXPECT_EQ(answer.response.usage.prompt_tokens, 5U);
    EXPECT_EQ(answer.response.usage.completion_tokens, 2U);
  }
}

TEST(ChatStreamTest, AnAnswerWithoutAnEndIsAnError) {
  const Answer answer = read("data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n", 200, 9);
  EXPECT_EQ(answer.response.content, "Hel");
  EXPECT_TRUE(answer.error);
}

TEST(ChatStreamTest, AnErrorIsThatOfTheServer) {
  const Answer full =
      read(R"({"error": {"message": "too long", "code": "context_length_exceeded"}})", 400, 10);
  ASSERT_TRUE(full.error);
  EXPECT_EQ(full.error->code, ErrorCode::ContextOverflow);
  EXPECT_EQ(full.error->message, "too long");
  EXPECT_EQ(read("<html>", 404, 3).error->code, ErrorCode::ModelNotFound);
  EXPECT_EQ(read("data: {\"error\": {\"message\": \"died\"}}\n\n", 200, 5).error->message, "died");
}

TEST(ChatStreamTest, JsonOfAnotherShapeIsNoCrash) {
  for (const char* line :
       {"[]", "1", "null", "{\"choices\":1}", "{\"choices\":[1]}", "{\"choices\":[{\"delta\":1}]}",
        "{\"choices\":[{\"delta\":{\"content\":1}}]}", "{\"usage\":{\"prompt_tokens\":\"x\"}}",
        "{\"error\":1}", "{\"timings\":[]}"}) {
    EXPECT_TRUE(read("data: " + std::string(line) + "\n", 200, 4).error) << line;
  }
}

TEST(ChatStreamTest, TheBodyHasOnlyWhatWasSaid) {
  Sampling sampling;
  ASSERT_TRUE(sampling.set("max_tokens", {"7"}, "max_tokens"));
  const GenerateRequest request = {
      .model = "m", .prompt = ChatPrompt{.messages = {{.role = Role::User, .content = "hi"}}}};
  EXPECT_EQ(*chat_body(request, sampling),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true,)"
            R"("stream_options":{"include_usage":true},"max_tokens":7})");
}

}  // namespace
}  // namespace pcai::app

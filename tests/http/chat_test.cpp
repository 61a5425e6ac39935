#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* kChat = "/v1/chat/completions";

Json error_of(const Answer& answer) {
  return Json::parse(answer.body).at("error");
}

std::string text_of(const Answer& answer, std::size_t choice = 0) {
  return Json::parse(answer.body)["choices"][choice]["message"]["content"].get<std::string>();
}

TEST(ChatTest, AnAnswerComesWhole) {
  const TestServer server;
  const Answer answer = server.post(kChat, chat_body("hello there"));
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "application/json");
  const Json json = Json::parse(answer.body);
  EXPECT_EQ(json["object"], "chat.completion");
  EXPECT_THAT(json["id"].get<std::string>(), StartsWith("chatcmpl-"));
  EXPECT_EQ(json["model"], "fake/model:1b");
  EXPECT_EQ(json["choices"][0]["message"]["content"], "You said: hello there");
  EXPECT_EQ(json["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(json["usage"]["prompt_tokens"], 2);
  EXPECT_NEAR(json["created"].get<double>(), static_cast<double>(std::time(nullptr)), 60);
}

TEST(ChatTest, AStreamHasItsFramesAndTheSameText) {
  const TestServer server;
  const std::string content = "fake: tokens=300\nhello there, wörld 😀";
  const std::string whole = text_of(server.post(kChat, chat_body(content, R"(,"seed":7)")));
  const Answer answer = server.post(
      kChat,
      chat_body(content, R"(,"seed":7,"stream":true,"stream_options":{"include_usage":true})"));
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/event-stream");
  EXPECT_EQ(answer.header("cache-control"), "no-cache");
  EXPECT_THAT(answer.body, StartsWith("data: {"));
  EXPECT_THAT(answer.body, EndsWith("data: [DONE]\n\n"));
  EXPECT_THAT(answer.body, HasSubstr(R"("role":"assistant")"));
  EXPECT_THAT(answer.body, HasSubstr(R"("prompt_tokens":)"));
  EXPECT_EQ(streamed_text(answer.body), whole);
  EXPECT_GT(whole.size(), 1000U);
}

std::string open_chat(const std::string& members = "") {
  return R"({"model":"fake/model:1b","messages":[{"role":"user","content":"hello there"},
            {"role":"assistant","content":"You said: hello"}])" +
         members + "}";
}

TEST(ChatTest, AnAnswerGoesOnFromTheAssistantsLastWords) {
  const TestServer server;
  EXPECT_EQ(text_of(server.post(kChat, open_chat())), " there");
  EXPECT_EQ(streamed_text(server.post(kChat, open_chat(R"(,"stream":true)")).body), " there");
  EXPECT_EQ(text_of(server.post(kChat, open_chat(R"(,"add_generation_prompt":true)"))),
            "You said: hello there");
  const Answer both = server.post(
      kChat, open_chat(R"(,"add_generation_prompt":true,"continue_final_message":true)"));
  EXPECT_EQ(both.status, 400);
  EXPECT_EQ(error_of(both)["param"], "continue_final_message");
}

TEST(ChatTest, ThePromptOfAnOpenTurnEndsWithItsWords) {
  const TestServer server;
  const auto prompt = [&](const std::string& members) {
    return Json::parse(server.post("/apply-template", open_chat(members)).body)["prompt"]
        .get<std::string>();
  };
  EXPECT_THAT(prompt(""), EndsWith("You said: hello"));
  EXPECT_THAT(prompt(R"(,"continue_final_message":false)"), EndsWith("<|assistant|>"));
}

constexpr const char* kPngUrl = "data:image/png;base64,iVBORw0KGgphbmQgc28gb24=";

std::string with_image(const std::string& url) {
  const Json content = {{{"type", "text"}, {"text", "see"}},
                        {{"type", "image_url"}, {"image_url", {{"url", url}}}},
                        {{"type", "text"}, {"text", "that"}}};
  return Json{{"model", "fake/model:1b"}, {"messages", {{{"role", "user"}, {"content", content}}}}}
      .dump();
}

TEST(ChatTest, AnImageReachesTheModelWhereItStands) {
  const TestServer server;
  const Answer answer = server.post(kChat, with_image(kPngUrl));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(text_of(answer), testing::MatchesRegex("You said: see <image:PNG:17:.+> that"));
  EXPECT_EQ(Json::parse(answer.body)["usage"]["prompt_tokens"], 3);
}

TEST(ChatTest, ALinkIsNotFetched) {
  const TestServer server;
  const Answer answer = server.post(kChat, with_image("http://127.0.0.1:1/a.png"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(error_of(answer)["message"], HasSubstr("http://127.0.0.1:1/a.png"));
}

TEST(ChatTest, TheConnectionTakesAnotherRequestAfterAStream) {
  const TestServer server;
  HttpClient client = server.connect();
  for (int i = 0; i < 3; ++i) {
    client.send(post_bytes(kChat, chat_body("again", R"(,"stream":true)")));
    EXPECT_EQ(streamed_text(client.read().body), "You said: again");
  }
}

TEST(ChatTest, PathsWithoutVersionOrWithSlashesWork) {
  const TestServer server;
  for (const char* target :
       {"/chat/completions", "/v1/chat/completions/", "//v1/chat/completions"}) {
    EXPECT_EQ(server.post(target, chat_body("x")).status, 200) << target;
  }
}

TEST(ChatTest, SeveralChoicesHaveSeedsOfTheirOwn) {
  const TestServer server;
  const std::string content = "fake: tokens=40\nx";
  const Answer three = server.post(kChat, chat_body(content, R"(,"n":3,"seed":5)"));
  ASSERT_EQ(three.status, 200) << three.body;
  ASSERT_EQ(Json::parse(three.body)["choices"].size(), 3U);
  EXPECT_NE(text_of(three, 0), text_of(three, 1));
  for (int i = 0; i < 3; ++i) {
    const std::string one =
        text_of(server.post(kChat, chat_body(content, ",\"seed\":" + std::to_string(5 + i))));
    EXPECT_EQ(text_of(three, static_cast<std::size_t>(i)), one);
  }
  const Answer stream = server.post(kChat, chat_body(content, R"(,"n":3,"seed":5,"stream":true)"));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(streamed_text(stream.body, i), text_of(three, static_cast<std::size_t>(i)));
  }
}

TEST(ChatTest, ARefusedChoiceStopsTheOthers) {
  TestServer server({.fake = {.max_sequences = 1}, .engine = {.max_queue = 1}});
  const Answer answer =
      server.post(kChat, chat_body("fake: tokens=4 delay_ms=60000\nx", R"(,"n":4)"));
  EXPECT_EQ(answer.status, 429);
  EXPECT_TRUE(becomes_true(
      [&] { return server.engine().stats().running == 0 && server.engine().stats().queued == 0; }));
}

TEST(ChatTest, AnUnknownModelIsNotFound) {
  const TestServer server;
  const Answer answer =
      server.post(kChat, R"({"model":"nobody","messages":[{"role":"user","content":"x"}]})");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(error_of(answer)["code"], "model_not_found");
}

TEST(ChatTest, ABadFieldIsNamed) {
  const TestServer server;
  const Answer answer = server.post(kChat, chat_body("x", R"(,"temperature":9)"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer)["param"], "temperature");
  EXPECT_EQ(answer.header("x-should-retry"), "false");
}

TEST(ChatTest, BrokenDeepAndEmptyBodiesAreBadRequests) {
  const TestServer server;
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string(100000, '['),
        std::string("\xff\xfe"), "{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}"}) {
    const Answer answer = server.post(kChat, body);
    EXPECT_EQ(answer.status, 400) << body.substr(0, 40);
    EXPECT_TRUE(Json::parse(answer.body).contains("error"));
  }
}

TEST(ChatTest, ALargeBodyIsParsedAsWell) {
  const TestServer server;
  // Over the size from which bodies are parsed on another thread, and in few words.
  const std::string content = "x" + std::string(3U << 20, ' ') + "\nfake: reply=done";
  const Answer answer = server.post(kChat, chat_body(content));
  EXPECT_EQ(answer.status, 200) << answer.body.substr(0, 300);
  EXPECT_EQ(server.post(kChat, std::string(2U << 20, '[')).status, 400);
}

TEST(ChatTest, APromptThatIsTooLongIsA400EvenWhenStreamed) {
  const TestServer server({.fake = {.context_length = 8}});
  const std::string content = "a b c d e f g h i j k l";
  for (const char* fields : {"", R"(,"stream":true)"}) {
    const Answer answer = server.post(kChat, chat_body(content, fields));
    EXPECT_EQ(answer.status, 400) << fields;
    EXPECT_EQ(error_of(answer)["code"], "context_length_exceeded");
    EXPECT_EQ(answer.header("content-type"), "application/json");
  }
}

TEST(ChatTest, AFullQueueIsA429WithRetryAfter) {
  TestServer server({.fake = {.max_sequences = 1}, .engine = {.max_queue = 1}});
  const std::string slow = chat_body("fake: tokens=9 delay_ms=60000\nx", R"(,"stream":true)");
  HttpClient running = server.connect();
  running.send(post_bytes(kChat, slow));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().running == 1; }));
  HttpClient queued = server.connect();
  queued.send(post_bytes(kChat, slow));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().queued == 1; }));
  const Answer answer = server.post(kChat, slow);
  EXPECT_EQ(answer.status, 429);
  EXPECT_NE(answer.header("retry-after"), "");
  EXPECT_EQ(answer.header("x-should-retry"), "true");
  EXPECT_EQ(error_of(answer)["type"], "rate_limit_error");
}

TEST(ChatTest, AFailureBeforeTheFirstWordIsAnErrorFrameOnceAccepted) {
  const TestServer server;
  const Answer answer = server.post(kChat, chat_body("fake: fail_after=0\nx", R"(,"stream":true)"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("data: {\"error\":{"));
}

TEST(ChatTest, AFailureInMidStreamIsAnErrorFrameAndNoDone) {
  const TestServer server;
  HttpClient client = server.connect();
  client.send(post_bytes(kChat, chat_body("fake: tokens=9 fail_after=3\nx", R"(,"stream":true)")));
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("data: {\"error\":{"));
  EXPECT_THAT(answer.body, Not(HasSubstr("[DONE]")));
  client.send(request_bytes("GET", "/health"));
  EXPECT_EQ(client.read().status, 200) << "the connection goes on";
}

TEST(ChatTest, AFailureOfAWholeAnswerHasItsStatus) {
  const TestServer server;
  const Answer answer = server.post(kChat, chat_body("fake: tokens=9 fail_after=3\nx"));
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(error_of(answer)["type"], "server_error");
}

TEST(ChatTest, ALoadThatFailsHasItsStatus) {
  const TestServer server(
      {.fake = {.load_error = Error{ErrorCode::InvalidModel, "damaged"}}, .load = false});
  EXPECT_EQ(server.post(kChat, chat_body("x", R"(,"stream":true)")).status, 500);
}

TEST(ChatTest, PingsComeWhileThePromptIsComputed) {
  const TestServer server({.http = {.ping_interval = std::chrono::milliseconds(10)}});
  HttpClient client = server.connect();
  client.send(post_bytes(kChat, chat_body("fake: prefill_ms=200 reply=done", R"(,"stream":true)")));
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 200);
  const std::size_t ping = answer.body.find(": ping\n\n");
  ASSERT_NE(ping, std::string::npos);
  EXPECT_NE(answer.body.find(": ping\n\n", ping + 1), std::string::npos);
  EXPECT_LT(ping, answer.body.find("done"));
  EXPECT_EQ(streamed_text(answer.body), "done");
}

TEST(ChatTest, PingsComeWhileARequestWaitsInTheQueue) {
  TestServer server(
      {.fake = {.max_sequences = 1}, .http = {.ping_interval = std::chrono::milliseconds(10)}});
  HttpClient running = server.connect();
  running.send(post_bytes(kChat, chat_body("fake: tokens=9 delay_ms=60000\nx")));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().running == 1; }));
  HttpClient waiting = server.connect();
  waiting.send(post_bytes(kChat, chat_body("fake: reply=done", R"(,"stream":true)")));
  ASSERT_TRUE(waiting.read_until(": ping\n\n"));
  EXPECT_THAT(waiting.input(), StartsWith("HTTP/1.1 200 OK\r\n"));
  running.close();
  EXPECT_EQ(streamed_text(waiting.read().body), "done");
}

TEST(ChatTest, PingsTellHowFarALoadIsAndItsFailureIsAnErrorFrame) {
  const TestServer server({.fake = {.load_time = std::chrono::milliseconds(200),
                                    .load_error = Error{ErrorCode::InvalidModel, "damaged"}},
                           .http = {.ping_interval = std::chrono::milliseconds(10)},
                           .load = false});
  const Answer answer = server.post(kChat, chat_body("x", R"(,"stream":true)"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, testing::ContainsRegex(": loading [0-9]+ %\n\n"));
  EXPECT_THAT(answer.body, HasSubstr("damaged"));
}

TEST(ChatTest, Http10GetsAStreamThatEndsWithTheConnection) {
  const TestServer server;
  const std::string body = chat_body("old", R"(,"stream":true)");
  HttpClient client = server.connect();
  client.send(
      "POST /v1/chat/completions HTTP/1.0\r\nConnection: keep-alive\r\nContent-Type: "
      "application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body);
  ASSERT_TRUE(client.read_to_end());
  const Answer answer = client.read();
  EXPECT_EQ(answer.header("transfer-encoding"), "");
  EXPECT_EQ(streamed_text(answer.body), "You said: old");
}

TEST(ChatTest, ToolCallsAndReasoningAreStreamed) {
  const TestServer server;
  const Answer answer = server.post(
      kChat, chat_body("fake: reasoning=2 tool=look args={\"a\":1}\nfake: reply=one two three",
                       R"(,"stream":true)"));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("reasoning_content"));
  EXPECT_THAT(answer.body, HasSubstr(R"("finish_reason":"tool_calls")"));
}

TEST(ChatTest, ReasoningHasTheNameThatTheServerWasGiven) {
  const TestServer server({.http = {.reasoning_field = "reasoning"}});
  const std::string content = "fake: reasoning=1\nfake: reply=one two";
  const Json whole = Json::parse(server.post(kChat, chat_body(content)).body);
  EXPECT_EQ(whole["choices"][0]["message"]["reasoning"], "one");
  EXPECT_EQ(whole["usage"]["completion_tokens_details"]["reasoning_tokens"], 1);
  const Answer stream = server.post(kChat, chat_body(content, R"(,"stream":true)"));
  EXPECT_THAT(stream.body, HasSubstr(R"({"reasoning":"one"})"));
  EXPECT_THAT(stream.body, Not(HasSubstr("reasoning_content")));
}

TEST(ChatTest, OlderFunctionsAreAnsweredInTheirShape) {
  const TestServer server;
  const Json whole = Json::parse(server
                                     .post(kChat, chat_body("fake: tool=look args={\"a\":1}",
                                                            R"(,"functions":[{"name":"look"}])"))
                                     .body);
  EXPECT_EQ(whole["choices"][0]["finish_reason"], "function_call");
  EXPECT_EQ(whole["choices"][0]["message"]["function_call"].dump(),
            R"({"arguments":"{\"a\":1}","name":"look"})");
}

TEST(ChatTest, EachKindOfRefusalNamesItsFieldAndTheWayOut) {
  const TestServer server;
  struct Case {
    const char* fields;
    const char* param;
    const char* code;     // "" = null
    const char* way_out;  // part of the message
  };
  const std::vector<Case> cases = {
      {R"(,"temprature":1)", "temprature", "", "did you mean 'temperature'"},
      {R"(,"temperature":3)", "temperature", "", "from 0 to 2"},
      {R"(,"stop":[""])", "stop[0]", "", "from 1 to 256"},
      {R"(,"n":129)", "n", "", "from 1 to 128"},
      {R"(,"top_logprobs":2)", "top_logprobs", "", "logprobs to be true"},
      {R"(,"stream_options":{})", "stream_options", "", "stream to be true"},
      {R"(,"reasoning_effort":"huge")", "reasoning_effort", "", "none, minimal, low"},
      {R"(,"tool_choice":{"type":"custom"})", "tool_choice.type", "unsupported_value",
       "choose a function"},
      {R"(,"tool_choice":"required")", "tool_choice", "", "no functions"},
      {R"(,"tools":[{"type":"function","function":{"name":"a b"}}])", "tools[0].function.name", "",
       "letters, digits"},
      {R"(,"response_format":{"type":"xml"})", "response_format.type", "", "json_schema"},
      {R"(,"ebnf":"root ::= x")", "ebnf", "unsupported_parameter", "response_format"},
      {R"(,"grammar":"root ::= x","json_schema":{})", "json_schema", "", "exclude each other"},
      {R"(,"grammar":"root ::= x","response_format":{"type":"json_object"})", "response_format", "",
       "exclude each other"},
      {R"(,"json_schema":[])", "json_schema", "", "an object"},
      {R"(,"audio":{"voice":"x"})", "audio", "unsupported_parameter", "not supported"},
      {R"(,"chat_template_kwargs":{"x":{}})", "chat_template_kwargs.x", "", "a string"},
  };
  for (const Case& one : cases) {
    const Answer answer = server.post(kChat, chat_body("x", one.fields));
    EXPECT_EQ(answer.status, 400) << one.fields;
    const Json error = error_of(answer);
    EXPECT_EQ(error["param"], one.param) << one.fields;
    EXPECT_EQ(error["type"], "invalid_request_error");
    EXPECT_EQ(error["code"], *one.code ? Json(one.code) : Json(nullptr)) << one.fields;
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr(one.way_out));
  }
}

TEST(ChatTest, ManyStreamsAtOnceEachGetTheirOwnText) {
  const TestServer server({.http = {.threads = 3}});
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&server, i] {
      for (int round = 0; round < 5; ++round) {
        const std::string word = std::to_string(i) + "-" + std::to_string(round);
        const Answer answer = server.post(
            kChat, chat_body("fake: tokens=50 delay_ms=1\n" + word, R"(,"stream":true)"));
        EXPECT_THAT(streamed_text(answer.body), StartsWith("You said: " + word));
      }
    });
  }
  for (std::thread& client : clients) client.join();
}

}  // namespace
}  // namespace pcai::test

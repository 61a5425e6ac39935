#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using nlohmann::json;

std::string ollama_body(const std::string& content, const json& fields = json::object()) {
  json body = {{"model", "fake/model:1b"},
               {"messages", {{{"role", "user"}, {"content", content}}}}};
  body.update(fields);
  return body.dump();
}

std::vector<json> lines_of(const std::string& body) {
  std::vector<json> lines;
  std::size_t begin = 0;
  for (std::size_t end = body.find('\n'); end != std::string::npos; end = body.find('\n', begin)) {
    lines.push_back(json::parse(body.substr(begin, end - begin)));
    begin = end + 1;
  }
  EXPECT_EQ(begin, body.size());
  return lines;
}

TEST(OllamaRoutesTest, AChatIsStreamedAsLines) {
  TestServer server;
  const Answer answer = server.post("/api/chat", ollama_body("hello"));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.header("content-type"), "application/x-ndjson");
  std::string text;
  const auto lines = lines_of(answer.body);
  for (const json& line : lines) text += line["message"]["content"].get<std::string>();
  EXPECT_EQ(text, "You said: hello");
  EXPECT_EQ(lines.back()["done"], true);
  EXPECT_EQ(lines.back()["done_reason"], "stop");
  EXPECT_EQ(lines.back()["prompt_eval_count"], 1);
}

TEST(OllamaRoutesTest, AWholeAnswerIsOneBody) {
  TestServer server;
  const Answer chat = server.post("/api/chat", ollama_body("hello", {{"stream", false}}));
  EXPECT_EQ(json::parse(chat.body)["message"]["content"], "You said: hello");
  const Answer generated =
      server.post("/api/generate", R"({"model":"fake/model:1b","prompt":"hi","stream":false,
                           "options":{"num_predict":2}})");
  ASSERT_EQ(generated.status, 200) << generated.body;
  EXPECT_EQ(json::parse(generated.body)["response"], "You said:");
  EXPECT_EQ(json::parse(generated.body)["done_reason"], "length");
}

TEST(OllamaRoutesTest, AModelsDefaultsCompleteARequestAndItsOwnValuesWin) {
  TestServer server;
  ModelSpec spec = {.id = "told", .config = {}, .backend = "fake"};
  spec.defaults.system = "be brief";
  ASSERT_TRUE(set_default(spec.defaults, "max_tokens", std::int64_t{2}, "max_tokens"));
  ASSERT_TRUE(set_default(spec.defaults, "stop", std::vector<std::string>{"three"}, "stop"));
  ASSERT_TRUE(server.engine().add_model(std::move(spec)));
  const std::string script = "fake: reply=one two three four";
  const auto answer = [&](const char* target, const json& fields) {
    json body = {{"model", "told"}, {"stream", false}};
    if (std::string_view(target) == "/api/generate") {
      body["prompt"] = script;
    } else {
      body["messages"] = {{{"role", "user"}, {"content", script}}};
    }
    body.update(fields);
    const Answer given = server.post(target, body.dump());
    EXPECT_EQ(given.status, 200) << given.body;
    return json::parse(given.body);
  };
  const auto text = [&](const json& options) {
    const json chat = answer("/api/chat", {{"options", options}});
    const json generated = answer("/api/generate", {{"options", options}});
    EXPECT_EQ(chat["message"]["content"], generated["response"]);
    EXPECT_EQ(chat["done_reason"], generated["done_reason"]);
    return generated["response"].get<std::string>() + "|" +
           generated["done_reason"].get<std::string>();
  };
  EXPECT_EQ(text(json::object()), "one two|length");
  EXPECT_EQ(text({{"num_predict", 1}}), "one|length");
  EXPECT_EQ(text({{"num_predict", 9}}), "one two |stop");
  EXPECT_EQ(text({{"num_predict", 9}, {"stop", {"two"}}}), "one |stop");
  EXPECT_EQ(text({{"num_predict", 9}, {"stop", json::array()}}), "one two three four|stop");
  const json none = json::object();
  const int told = answer("/api/chat", none)["prompt_eval_count"];
  const json own = {{{"role", "system"}, {"content", "you like long answers"}},
                    {{"role", "user"}, {"content", script}}};
  EXPECT_EQ(answer("/api/chat", {{"messages", own}})["prompt_eval_count"], told + 2);
  EXPECT_EQ(answer("/api/generate", none)["prompt_eval_count"], told);
  EXPECT_EQ(answer("/api/generate", {{"system", "briefly"}})["prompt_eval_count"], told - 1);
}

TEST(OllamaRoutesTest, ACallComesWhole) {
  TestServer server;
  const Answer answer =
      server.post("/api/chat", ollama_body("fake: tool=weather args={\"city\":\"Rome\"}"));
  const auto lines = lines_of(answer.body);
  const json& call = lines.at(lines.size() - 2)["message"]["tool_calls"][0]["function"];
  EXPECT_EQ(call["name"], "weather");
  EXPECT_EQ(call["arguments"]["city"], "Rome");
}

TEST(OllamaRoutesTest, AnEmptyRequestLoadsTheModel) {
  TestServer server({.load = false});
  EXPECT_EQ(json::parse(server.get("/api/ps").body)["models"].size(), 0U);
  const Answer answer = server.post("/api/generate", R"({"model":"fake/model:1b"})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body)["done_reason"], "load");
  EXPECT_EQ(json::parse(server.get("/api/ps").body)["models"].size(), 1U);
}

TEST(OllamaRoutesTest, AnAnswerGoesOnFromTheAssistantsLastWords) {
  TestServer server;
  const json messages = {{{"role", "user"}, {"content", "hello there"}},
                         {{"role", "assistant"}, {"content", "You said: hello"}}};
  const Answer answer =
      server.post("/api/chat", ollama_body("", {{"messages", messages}, {"stream", false}}));
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body)["message"]["content"], " there");
}

TEST(OllamaRoutesTest, ModelsAreListedAndShown) {
  TestServer server;
  EXPECT_EQ(json::parse(server.get("/api/tags").body)["models"][0]["name"], "fake/model:1b");
  const Answer shown = server.post("/api/show", R"({"model":"fake/model:1b"})");
  EXPECT_EQ(json::parse(shown.body)["details"]["family"], "fake");
  EXPECT_TRUE(json::parse(server.get("/api/version").body).contains("version"));
  const Answer unknown = server.post("/api/show", R"({"model":"other"})");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_TRUE(json::parse(unknown.body)["error"].is_string());
}

TEST(OllamaRoutesTest, TextsAreEmbedded) {
  TestServer server;
  const Answer two =
      server.post("/api/embed", R"({"model":"fake/model:1b","input":["a","b"],"dimensions":4})");
  ASSERT_EQ(two.status, 200) << two.body;
  EXPECT_EQ(json::parse(two.body)["embeddings"].size(), 2U);
  EXPECT_EQ(json::parse(two.body)["embeddings"][0].size(), 4U);
  const Answer one = server.post("/api/embeddings", R"({"model":"fake/model:1b","prompt":"a"})");
  EXPECT_EQ(json::parse(one.body)["embedding"].size(), 64U);
}

TEST(OllamaRoutesTest, ATextThatIsTooLongIsCutAndTold) {
  TestServer server;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "a ";
  json body = {{"model", "fake/model:1b"}, {"input", {"a", text}}};
  const Answer cut = server.post("/api/embed", body.dump());
  ASSERT_EQ(cut.status, 200) << cut.body;
  const json warnings = json::parse(cut.body)["warnings"];
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings[0].get<std::string>().starts_with("input[1] is too long for the model"));
  body["truncate"] = false;
  EXPECT_EQ(server.post("/api/embed", body.dump()).status, 400);
  const Answer older =
      server.post("/api/embeddings", json{{"model", "fake/model:1b"}, {"prompt", text}}.dump());
  ASSERT_EQ(older.status, 200) << older.body;
  EXPECT_NE(older.header("x-pcai-warnings").find("too long"), std::string::npos);
}

TEST(OllamaRoutesTest, TheRootSaysThatTheServerRuns) {
  TestServer server({.http = {.api_keys = {"key"}}});
  const Answer root = server.get("/");
  EXPECT_EQ(root.status, 200) << "also for clients that have no key yet";
  EXPECT_EQ(root.body, "Ollama is running");
  EXPECT_EQ(root.header("content-type"), "text/plain");
  HttpClient client = server.connect();
  client.send(request_bytes("HEAD", "/", "Content-Type: application/json\r\n"));
  EXPECT_EQ(client.read(true).status, 200);
}

TEST(OllamaRoutesTest, DigestsAreLongEnoughToBeCut) {
  TestServer server;
  for (const char* path : {"/api/tags", "/api/ps"}) {
    const json models = json::parse(server.get(path).body)["models"];
    ASSERT_EQ(models.size(), 1U) << path;
    EXPECT_EQ(models[0]["digest"].get<std::string>().size(), 64U) << path;
  }
}

std::string load_answer(TestServer& server, const std::string& keep_alive) {
  const Answer answer =
      server.post("/api/generate", R"({"model":"fake/model:1b","keep_alive":)" + keep_alive + "}");
  EXPECT_EQ(answer.status, 200) << answer.body;
  return json::parse(answer.body)["done_reason"];
}

std::size_t in_memory(TestServer& server) {
  return json::parse(server.get("/api/ps").body)["models"].size();
}

TEST(OllamaRoutesTest, ARequestWithoutPromptAndTimeUnloadsTheModel) {
  TestServer server;
  ASSERT_EQ(in_memory(server), 1U);
  EXPECT_EQ(load_answer(server, "0"), "unload");
  EXPECT_EQ(in_memory(server), 0U);
  EXPECT_EQ(load_answer(server, "\"0s\""), "unload") << "fine when it is not there";
  EXPECT_EQ(load_answer(server, "\"5m\""), "load");
  EXPECT_EQ(in_memory(server), 1U);
  const Answer chat =
      server.post("/api/chat", R"({"model":"fake/model:1b","messages":[],"keep_alive":0})");
  EXPECT_EQ(json::parse(chat.body)["done_reason"], "unload");
  EXPECT_EQ(in_memory(server), 0U);
}

TEST(OllamaRoutesTest, AModelStaysAsLongAsTheRequestSays) {
  TestServer server;
  const auto expires = [&server] {
    return json::parse(server.get("/api/ps").body)["models"][0]["expires_at"].get<std::string>();
  };
  const auto chat = [&server](const json& keep_alive) {
    const Answer answer = server.post(
        "/api/chat", ollama_body("hi", {{"stream", false}, {"keep_alive", keep_alive}}));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_FALSE(json::parse(answer.body).contains("warnings"));
  };
  EXPECT_TRUE(expires().starts_with("9999")) << "for good, as the settings say";
  chat("1h");
  EXPECT_FALSE(expires().starts_with("9999"));
  chat(-1);
  EXPECT_TRUE(expires().starts_with("9999"));
  server.post("/api/embed", R"({"model":"fake/model:1b","input":"a","keep_alive":3600})");
  EXPECT_FALSE(expires().starts_with("9999"));
  server.post("/v1/chat/completions", chat_body("hi", R"(,"keep_alive":-1)"));
  EXPECT_TRUE(expires().starts_with("9999"));
  server.post("/v1/chat/completions", chat_body("hi", R"(,"ttl":60)"));
  EXPECT_FALSE(expires().starts_with("9999"));
  chat(0);
  EXPECT_TRUE(becomes_true([&] { return in_memory(server) == 0; })) << "after the answer";
  const Answer wrong = server.post("/api/chat", ollama_body("hi", {{"keep_alive", "soon"}}));
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(wrong.body.find("keep_alive"), std::string::npos);
}

TEST(OllamaRoutesTest, WhatIsNotThereIsToldInOllamasWords) {
  TestServer server;
  for (const auto& [path, body] : std::vector<std::pair<const char*, const char*>>{
           {"/api/chat", R"({"model":"x","messages":[{"role":"user","content":"a"}]})"},
           {"/api/chat", R"({"model":"x","messages":[]})"},
           {"/api/generate", R"({"model":"x","prompt":"a"})"},
           {"/api/generate", R"({"model":"x","keep_alive":0})"},
           {"/api/embed", R"({"model":"x","input":"a"})"},
           {"/api/embeddings", R"({"model":"x","prompt":"a"})"},
           {"/api/show", R"({"model":"x"})"}}) {
    const Answer answer = server.post(path, body);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(json::parse(answer.body)["error"], "model 'x' not found") << path;
  }
  for (const char* path : {"/api", "/api/nothing", "/api/nothing/more", "/api/tags/x"}) {
    const Answer answer = server.get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_TRUE(json::parse(answer.body)["error"].is_string()) << path << answer.body;
  }
  EXPECT_EQ(server.get("/api/chat").status, 405);
  EXPECT_TRUE(json::parse(server.get("/api/chat").body)["error"].is_string());
  EXPECT_TRUE(json::parse(server.get("/apis").body)["error"].is_object()) << "not of this API";
}

TEST(OllamaRoutesTest, StrangersChangeNoModels) {
  TestServer server;
  const std::string blob = "/api/blobs/sha256:" + std::string(64, '0');
  for (const auto& [path, body] : std::vector<std::pair<std::string, const char*>>{
           {"/api/pull", R"({"model":"hf.co/org/repo"})"},
           {"/api/create", R"({"model":"m","from":"fake/model:1b"})"},
           {"/api/copy", R"({"source":"fake/model:1b","destination":"m"})"},
           {blob, "x"}}) {
    const Answer answer = server.post(path, body);
    EXPECT_EQ(answer.status, 403) << path << answer.body;
    EXPECT_NE(json::parse(answer.body)["error"].get<std::string>().find("manage-models"),
              std::string::npos);
  }
  EXPECT_EQ(server.get(blob).status, 403);
  HttpClient client = server.connect();
  client.send(request_bytes("DELETE", "/api/delete",
                            "Content-Type: application/json\r\nContent-Length: 25\r\n",
                            R"({"model":"fake/model:1b"})"));
  EXPECT_EQ(client.read().status, 403);
}

TEST(OllamaRoutesTest, APullOfWhatIsHereIsDoneAndOneOfOllamasLibraryIsRefused) {
  TestServer server;
  const auto lines = lines_of(server.post("/api/pull", R"({"model":"fake/model:1b"})").body);
  EXPECT_EQ(lines.front()["status"], "pulling manifest");
  EXPECT_EQ(lines.back()["status"], "success");
  const Answer whole = server.post("/api/pull", R"({"name":"fake/model:1b","stream":false})");
  EXPECT_EQ(json::parse(whole.body)["status"], "success");
  const Answer other = server.post("/api/pull", R"({"model":"llama3.2"})");
  EXPECT_EQ(other.status, 404);
  EXPECT_NE(other.body.find("hf.co/"), std::string::npos) << "says what can be pulled";
  const Answer push = server.post("/api/push", R"({"model":"fake/model:1b"})");
  EXPECT_EQ(push.status, 400);
  EXPECT_NE(push.body.find("push"), std::string::npos);
}

TEST(OllamaRoutesTest, AContextOfAnEarlierAnswerIsTold) {
  TestServer server;
  const Answer answer = server.post(
      "/api/generate", R"({"model":"fake/model:1b","prompt":"hi","context":[1,2],"stream":false})");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_NE(json::parse(answer.body)["warnings"].dump().find("context"), std::string::npos);
}

TEST(OllamaRoutesTest, ErrorsAreTexts) {
  TestServer server;
  const Answer refused =
      server.post("/api/chat", ollama_body("a", {{"options", {{"top_k", "x"}}}}));
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(json::parse(refused.body)["error"].get<std::string>().find("options"),
            std::string::npos);
  const auto lines =
      lines_of(server.post("/api/chat", ollama_body("fake: tokens=9 fail_after=2")).body);
  EXPECT_TRUE(lines.back().contains("error"));
}

}  // namespace
}  // namespace pcai::test

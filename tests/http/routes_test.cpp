#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

nlohmann::json error_of(const Answer& answer) {
  return nlohmann::json::parse(answer.body).at("error");
}

TEST(RoutesTest, HealthSaysOk) {
  const TestServer server;
  const Answer answer = server.get("/health");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "OK");
  EXPECT_EQ(answer.header("content-type"), "text/plain");
  EXPECT_EQ(server.get("/health/").status, 200);
}

TEST(RoutesTest, EveryAnswerCarriesTheHeadersThatSdksRead) {
  const TestServer server;
  for (const char* target : {"/health", "/v1/models", "/nowhere"}) {
    const Answer answer = server.get(target);
    EXPECT_THAT(answer.header("x-request-id"), StartsWith("req_")) << target;
    EXPECT_EQ(answer.header("openai-version"), "2020-10-01");
    EXPECT_NE(answer.header("openai-processing-ms"), "");
    EXPECT_EQ(answer.header("server"), "pcai");
    EXPECT_THAT(answer.header("date"), EndsWith(" GMT"));
    EXPECT_EQ(answer.header("connection"), "");
  }
  EXPECT_NE(server.get("/health").header("x-request-id"),
            server.get("/health").header("x-request-id"));
}

TEST(RoutesTest, ModelsAreLoadedAndUnloadedByRequestWithAKey) {
  TestServer server({.http = {.api_keys = {"key"}}, .load = false});
  const std::string body = R"({"model":"fake/model:1b"})";
  EXPECT_EQ(server.post("/v1/models/load", body).status, 401);
  const char* const key = "Authorization: Bearer key\r\n";
  const Answer loaded = server.post("/v1/models/load", body, key);
  EXPECT_EQ(loaded.status, 200);
  EXPECT_EQ(nlohmann::json::parse(loaded.body).at("state"), "ready");
  const Answer unloaded = server.post("/v1/models/unload", body, key);
  EXPECT_EQ(nlohmann::json::parse(unloaded.body).at("state"), "unloaded");
  EXPECT_EQ(server.post("/v1/models/load", R"({"model":"no"})", key).status, 404);
  EXPECT_EQ(server.post("/v1/models/load", R"({})", key).status, 400);
  const Answer streamed =
      server.post("/v1/models/load", R"({"model":"fake/model:1b","stream":true})", key);
  EXPECT_EQ(streamed.header("content-type"), "text/event-stream");
  EXPECT_THAT(streamed.body, HasSubstr(R"("state":"ready")"));
}

TEST(RoutesTest, WithoutKeysNobodyLoadsOrUnloadsByRequest) {
  const TestServer server;
  const Answer answer = server.post("/v1/models/unload", R"({"model":"fake/model:1b"})");
  EXPECT_EQ(answer.status, 403);
  EXPECT_THAT(error_of(answer)["message"], HasSubstr("API keys"));
}

TEST(RoutesTest, ReadyIsTrueOnceTheModelIsLoaded) {
  TestServer server({.load = false});
  const Answer before = server.get("/ready");
  EXPECT_EQ(before.status, 503);
  EXPECT_NE(before.header("retry-after"), "");
  EXPECT_EQ(before.header("x-should-retry"), "true");
  EXPECT_EQ(server.get("/health").status, 200);
  backend::NoProgress progress;
  ASSERT_TRUE(server.engine().load_model("", progress));
  EXPECT_EQ(server.get("/ready").status, 200);
  server.engine().drain();
  EXPECT_EQ(server.get("/ready").status, 503);
}

TEST(RoutesTest, ModelsAreListedAndFoundByAnySpellingOfTheirId) {
  const TestServer server;
  for (const char* target : {"/v1/models", "/models", "/v1/models/", "//v1/models?x=1"}) {
    const auto list = nlohmann::json::parse(server.get(target).body);
    EXPECT_EQ(list["object"], "list") << target;
    EXPECT_EQ(list["data"][0]["id"], "fake/model:1b");
  }
  for (const char* target : {"/v1/models/fake/model:1b", "/v1/models/fake%2Fmodel%3A1b",
                             "/models/fake/model%3a1b", "/v1/models/fake/model:1b/"}) {
    const Answer answer = server.get(target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(nlohmann::json::parse(answer.body)["id"], "fake/model:1b");
  }
}

TEST(RoutesTest, AnUnknownModelIsNotFoundWhateverItsBytes) {
  const TestServer server;
  for (const char* target : {"/v1/models/nobody", "/v1/models/%ff%fe", "/v1/models/%0d%0aX:%20y",
                             "/v1/models/%00", "/v1/models/%zz"}) {
    const Answer answer = server.get(target);
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(error_of(answer)["code"], "model_not_found");
    EXPECT_EQ(answer.header("x"), "");
  }
}

TEST(RoutesTest, AnUnknownRouteIsNotFound) {
  const TestServer server;
  const Answer answer = server.get("/v1/nothing");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.header("x-should-retry"), "false");
  const auto error = error_of(answer);
  EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("/v1/nothing"));
  EXPECT_TRUE(error.contains("type") && error.contains("param") && error.contains("code"));
}

TEST(RoutesTest, AWrongMethodNamesTheRightOnes) {
  const TestServer server;
  const Answer get = server.get("/v1/chat/completions");
  EXPECT_EQ(get.status, 405);
  EXPECT_EQ(get.header("allow"), "POST, OPTIONS");
  EXPECT_EQ(server.post("/v1/models", "{}").header("allow"), "GET, HEAD, OPTIONS");
}

TEST(RoutesTest, HeadHasTheHeadersOfGetAndNoBody) {
  const TestServer server;
  HttpClient client = server.connect();
  client.send(request_bytes("HEAD", "/health") + request_bytes("GET", "/health"));
  const Answer head = client.read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "2");
  EXPECT_EQ(client.read().body, "OK");
}

TEST(RoutesTest, MetricsAreInPrometheusText) {
  TestServer server;
  server.post("/v1/chat/completions", chat_body("hello"));
  ASSERT_TRUE(becomes_true([&] { return server.engine().stats().finished == 1; }));
  const Answer answer = server.get("/metrics");
  if (answer.status == 501) GTEST_SKIP() << "built without prometheus-cpp";
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.header("content-type"), StartsWith("text/plain; version=0.0.4"));
  EXPECT_THAT(answer.body, HasSubstr("# TYPE pcai_requests_accepted_total counter\n"));
  EXPECT_THAT(answer.body, HasSubstr("pcai_requests_accepted_total 1\n"));
  EXPECT_THAT(answer.body, HasSubstr("pcai_requests_ended_total{outcome=\"finished\"} 1\n"));
  EXPECT_THAT(answer.body, HasSubstr("pcai_model_loaded{model=\"fake/model:1b\"} 1\n"));
  EXPECT_THAT(answer.body, HasSubstr("pcai_http_connections 1\n"));
  EXPECT_THAT(answer.body, HasSubstr("pcai_http_responses_total{class=\"2xx\"} 1\n"));
}

TEST(RoutesTest, AKeyGuardsEveryRouteButHealthAndReady) {
  const TestServer server({.http = {.api_keys = {"alpha", "bravo"}}});
  EXPECT_EQ(server.get("/health").status, 200);
  EXPECT_EQ(server.get("/ready").status, 200);
  EXPECT_EQ(server.get("/").status, 200) << "clients ask it whether a server is there";
  for (const char* target :
       {"/v1/models", "/models", "/v1/models/fake/model:1b", "/metrics", "/v1/nothing"}) {
    EXPECT_EQ(server.get(target).status, 401) << target;
  }
  EXPECT_EQ(server.post("/v1/chat/completions", chat_body("x")).status, 401);
  EXPECT_EQ(server.get("/v1/models", "Authorization: Bearer bravo\r\n").status, 200);
  EXPECT_EQ(server.get("/v1/models", "x-api-key: alpha\r\n").status, 200);
}

TEST(RoutesTest, KeysDoNotShareCachedPrefixes) {
  const TestServer server({.http = {.api_keys = {"alpha", "bravo"}}});
  const std::string body = chat_body("one two three four");
  const auto cached = [&](const char* key) {
    const Answer answer = server.post("/v1/chat/completions", body,
                                      std::string("Authorization: Bearer ") + key + "\r\n");
    return nlohmann::json::parse(answer.body)["usage"]["prompt_tokens_details"]["cached_tokens"]
        .get<int>();
  };
  EXPECT_EQ(cached("alpha"), 0);
  EXPECT_EQ(cached("bravo"), 0);
  EXPECT_GT(cached("alpha"), 0);
}

TEST(RoutesTest, WithoutKeysAnyAuthorizationIsFine) {
  const TestServer server;
  EXPECT_EQ(server.get("/v1/models", "Authorization: Bearer whatever\r\n").status, 200);
}

TEST(RoutesTest, BrowsersOfListedOriginsMayReadErrorsToo) {
  const TestServer server({.http = {.cors_origins = {"https://page.example"}}});
  const Answer answer = server.get("/v1/nothing", "Origin: https://page.example\r\n");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.header("access-control-allow-origin"), "https://page.example");
  EXPECT_THAT(answer.header("access-control-expose-headers"), HasSubstr("x-request-id"));
  EXPECT_EQ(server.get("/v1/models", "Origin: https://other.example\r\n")
                .header("access-control-allow-origin"),
            "");
}

TEST(RoutesTest, PreflightsAreAnswered) {
  const TestServer server({.http = {.api_keys = {"k"}, .cors_origins = {"https://page.example"}}});
  HttpClient client = server.connect();
  client.send(request_bytes("OPTIONS", "/v1/chat/completions",
                            "Origin: https://page.example\r\n"
                            "Access-Control-Request-Method: POST\r\n"
                            "Access-Control-Request-Headers: authorization,x-stainless-lang\r\n"));
  const Answer answer = client.read();
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("access-control-allow-origin"), "https://page.example");
  EXPECT_EQ(answer.header("access-control-allow-headers"), "authorization, x-stainless-lang");
  EXPECT_EQ(answer.header("access-control-allow-methods"), "POST, OPTIONS");
}

/// Everything that is logged while it lives.
class LogCapture {
 public:
  LogCapture() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  }
  ~LogCapture() { spdlog::set_default_logger(before_); }
  std::string text() const { return out_.str(); }

 private:
  std::ostringstream out_;
  std::shared_ptr<spdlog::logger> before_;
};

TEST(RoutesTest, ATraceLineNamesTheRequestAndHidesItsSecrets) {
  LogCapture log;
  std::string id;
  {
    const TestServer server({.http = {.api_keys = {"sesame"}}});
    const Answer answer = server.post("/v1/chat/completions?token=hidden", chat_body("my prompt"),
                                      "Authorization: Bearer sesame\r\n"
                                      "X-Client-Request-Id: mi\"ne\r\n");
    EXPECT_EQ(answer.status, 200);
    id = answer.header("x-request-id");
    server.get("/v1/%0d%0aforged");
  }
  EXPECT_THAT(log.text(), HasSubstr("POST /v1/chat/completions 200 "));
  EXPECT_THAT(log.text(), HasSubstr("id=" + id + " remote=127.0.0.1:"));
  EXPECT_THAT(log.text(), HasSubstr("GET /v1/%0d%0aforged 401 "));
  for (const char* secret : {"sesame", "my prompt", "hidden"}) {
    EXPECT_THAT(log.text(), Not(HasSubstr(secret)));
  }
}

}  // namespace
}  // namespace pcai::test

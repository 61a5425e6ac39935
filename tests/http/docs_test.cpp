#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "anthropic/api_schemas.h"
#include "http/routes/examples.h"
#include "http/routes/routes.h"
#include "http/test_server.h"
#include "ollama/api_schemas.h"
#include "openai/embeddings/embedding_request.h"
#include "openai/field_infos.h"

namespace pcai::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Json = nlohmann::json;

void collect_references(const Json& json, std::set<std::string>& names) {
  if (json.is_object() && json.contains("$ref")) names.insert(json["$ref"].get<std::string>());
  if (!json.is_structured()) return;
  for (const Json& child : json) collect_references(child, names);
}

TEST(DocsTest, TheDescriptionHasEachRouteAndNoOther) {
  const TestServer server;
  const Answer answer = server.get("/openapi.json");
  ASSERT_EQ(answer.status, 200);
  const Json paths = Json::parse(answer.body)["paths"];
  std::set<std::string> described;
  for (const auto& [path, operations] : paths.items()) {
    for (const auto& [method, operation] : operations.items()) {
      EXPECT_FALSE(operation["summary"].get<std::string>().empty()) << path;
      described.insert(method + " " + path);
    }
  }
  std::set<std::string> answered;
  for (const http::Route& route : http::routes()) {
    std::string method(route.pattern.method);
    for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
    answered.insert(method + " " + std::string(route.pattern.path));
  }
  EXPECT_EQ(described, answered);
  EXPECT_EQ(paths["/health"]["get"]["security"], Json::array());
}

TEST(DocsTest, ARouteWithABodyDescribesItsFieldsAndItsAnswer) {
  for (const http::Route& route : http::routes()) {
    const std::string name(route.pattern.path);
    const bool has_body = (route.pattern.method == "POST" || name == "/api/delete") &&
                          name.find("{id}") == std::string::npos;
    EXPECT_EQ(has_body, route.api.fields != nullptr) << name;
    // Ollama says nothing more than that it is done.
    const bool is_silent = name == "/api/copy" || name == "/api/delete";
    EXPECT_TRUE(!has_body || is_silent || !route.api.answer.empty()) << name;
    if (!has_body) continue;
    std::set<std::string_view> names;
    for (const api::FieldInfo& field : route.api.fields()) {
      EXPECT_TRUE(names.insert(field.name).second || field.name == "model") << name << field.name;
      EXPECT_FALSE(field.description.empty()) << name << ": " << field.name;
    }
  }
}

TEST(DocsTest, AnErrorHasTheShapeOfItsApi) {
  const TestServer server;
  const Json paths = Json::parse(server.get("/openapi.json").body)["paths"];
  const auto error_of = [&](const char* path) {
    return paths[path]["post"]["responses"]["400"]["content"]["application/json"]["schema"]["$ref"]
        .get<std::string>();
  };
  EXPECT_EQ(error_of("/v1/embeddings"), "#/components/schemas/Error");
  EXPECT_EQ(error_of("/v1/messages"), "#/components/schemas/AnthropicError");
  EXPECT_EQ(error_of("/api/chat"), "#/components/schemas/OllamaError");
}

TEST(DocsTest, EveryReferenceOfTheDescriptionLeadsSomewhere) {
  const TestServer server;
  const Json document = Json::parse(server.get("/openapi.json").body);
  std::set<std::string> names;
  collect_references(document, names);
  EXPECT_GT(names.size(), 10U);
  for (const std::string& name : names) {
    ASSERT_THAT(name, StartsWith("#/"));
    EXPECT_TRUE(document.contains(Json::json_pointer(name.substr(1)))) << name;
  }
}

TEST(DocsTest, FieldsCarryWhatTheParserChecks) {
  const TestServer server;
  const Json document = Json::parse(server.get("/openapi.json").body);
  const Json body = document["paths"]["/v1/chat/completions"]["post"]["requestBody"]["content"]
                            ["application/json"]["schema"];
  EXPECT_FALSE(body.contains("additionalProperties"));  // accepted, and told
  EXPECT_EQ(body["required"], Json({"messages"}));
  const Json properties = body["properties"];
  EXPECT_EQ(properties["temperature"]["maximum"], 2);
  EXPECT_EQ(properties["temperature"]["type"], Json({"number", "null"}));
  EXPECT_NEAR(properties["temperature"]["default"].get<double>(), 0.7, 1e-9);
  EXPECT_EQ(properties["n"]["maximum"], 128);
  EXPECT_THAT(properties["user"]["description"].get<std::string>(), HasSubstr("no effect"));
  EXPECT_THAT(properties["audio"]["description"].get<std::string>(), HasSubstr("Not supported"));
  EXPECT_EQ(properties["reasoning_effort"]["enum"].size(), 8U);
}

TEST(DocsTest, ThePageLoadsNothingAndRunsNothing) {
  const TestServer server;
  const Answer page = server.get("/docs");
  ASSERT_EQ(page.status, 200);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.header("content-security-policy"),
              StartsWith("default-src 'none'; style-src 'sha256-"));
  EXPECT_EQ(page.header("x-content-type-options"), "nosniff");
  EXPECT_THAT(page.body, Not(HasSubstr("<script")));
  EXPECT_THAT(page.body, Not(HasSubstr("http://")));
  EXPECT_THAT(page.body, Not(HasSubstr("https://")));
  EXPECT_THAT(page.body, HasSubstr("<code>max_completion_tokens</code>"));
  EXPECT_THAT(page.body, HasSubstr("POST /v1/responses"));
}

TEST(DocsTest, ThePageHasContentsAndEachExampleOfItIsAnswered) {
  const TestServer server;
  const std::string page = server.get("/docs").body;
  EXPECT_THAT(page, HasSubstr("<a href=\"#post-v1-chat-completions\">"));
  EXPECT_THAT(page, HasSubstr("<h2 id=\"post-v1-chat-completions\">"));
  EXPECT_THAT(page, HasSubstr("curl localhost/v1/chat/completions"));
  EXPECT_THAT(page, HasSubstr("&quot;model&quot;: &quot;fake/model:1b&quot;"));
  int asked = 0;
  for (const http::Route& route : http::routes()) {
    std::string body(http::example_body(route.pattern.path));
    if (route.pattern.method != "POST" || body.empty()) continue;
    if (const std::size_t at = body.find("MODEL"); at != std::string::npos) {
      body.replace(at, 5, "fake/model:1b");
    }
    if (route.pattern.path == "/detokenize") {  // the fake backend knows only tokens that it made
      body = server.post("/tokenize", http::example_body("/tokenize")).body;
    }
    const Answer answer = server.post(route.pattern.path, body);
    EXPECT_EQ(answer.status, 200) << route.pattern.path << ": " << answer.body;
    ++asked;
  }
  EXPECT_GE(asked, 16);
}

TEST(DocsTest, ASchemasLimitIsThatOfTheFieldThatNamesIt) {
  Json schemas = Json::parse(api::to_text(openai::api_schemas()));
  for (const std::string_view more : {anthropic::anthropic_schemas(), ollama::ollama_schemas()}) {
    schemas.update(Json::parse(more));
  }
  std::vector<api::FieldInfo> fields;
  for (const auto infos :
       {openai::chat_field_infos, openai::completion_field_infos, openai::responses_field_infos,
        api::infos_of<openai::embedding_fields>, api::infos_of<openai::rerank_fields>,
        anthropic::messages_field_infos, ollama::ollama_chat_field_infos}) {
    const std::vector<api::FieldInfo> more = infos();
    fields.insert(fields.end(), more.begin(), more.end());
  }
  int compared = 0;
  for (const api::FieldInfo& field : fields) {
    if (field.schema.empty() || std::isinf(field.range.max)) continue;
    const Json& schema = schemas.at(std::string(field.schema));
    const Json forms = schema.contains("oneOf") ? schema["oneOf"] : Json::array({schema});
    double most = 0;  // a list of token ids may be longer than one of texts
    for (const Json& form : forms) most = std::max(most, form.value("maxItems", 0.0));
    if (most == 0) continue;
    EXPECT_EQ(most, field.range.max) << field.name;
    ++compared;
  }
  EXPECT_GE(compared, 9);
}

}  // namespace
}  // namespace pcai::test

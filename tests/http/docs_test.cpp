#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "http/routes.h"
#include "http/test_server.h"

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

TEST(DocsTest, TheDescriptionCoversEachRouteOfOpenAi) {
  const TestServer server;
  const Answer answer = server.get("/openapi.json");
  ASSERT_EQ(answer.status, 200);
  const Json paths = Json::parse(answer.body)["paths"];
  for (const char* path : {"/v1/models", "/v1/models/{id}", "/v1/responses/{id}", "/health"}) {
    EXPECT_TRUE(paths.contains(path) && paths[path].contains("get")) << path;
  }
  for (const char* path :
       {"/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/responses/{id}/cancel"}) {
    EXPECT_TRUE(paths.contains(path) && paths[path].contains("post")) << path;
  }
  EXPECT_EQ(paths["/health"]["get"]["security"], Json::array());
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
  EXPECT_EQ(body["additionalProperties"], false);
  EXPECT_EQ(body["required"], Json({"messages"}));
  const Json properties = body["properties"];
  EXPECT_EQ(properties["temperature"]["maximum"], 2);
  EXPECT_EQ(properties["temperature"]["type"], Json({"number", "null"}));
  EXPECT_NEAR(properties["temperature"]["default"].get<double>(), 0.7, 1e-9);
  EXPECT_EQ(properties["n"]["maximum"], 8);
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

}  // namespace
}  // namespace pcai::test

#include "openai/field_infos.h"

#include <gtest/gtest.h>

#include <set>

#include "bodies.h"
#include "openai/embeddings/embedding_request.h"
#include "openai/token_request.h"

namespace pcai::openai {
namespace {

const std::vector<api::ApiRoute> kRoutes = {
    {"POST",
     "/v1/chat/completions",
     false,
     {"Chats", chat_field_infos, "ChatCompletion", "text/event-stream"}},
    {"GET", "/v1/responses/{id}", false, {"Gets", nullptr, "Response"}},
    {"DELETE", "/v1/responses/{id}", false, {"Deletes", nullptr, "DeletedResponse"}},
    {"GET", "/health", true, {"Lives"}},
    {"GET", "/page", false, {"Shows", nullptr, {}, {}, "text/html"}}};

TEST(ApiDescriptionTest, EveryTableHasUniqueDescribedFieldsAndKnownSchemas) {
  const api::Json schemas = api_schemas();
  for (const auto fields : {chat_field_infos, completion_field_infos, responses_field_infos,
                            api::infos_of<embedding_fields>, api::infos_of<rerank_fields>,
                            api::infos_of<tokenize_fields>, api::infos_of<detokenize_fields>}) {
    std::set<std::string_view> names;
    for (const api::FieldInfo& field : fields()) {
      EXPECT_TRUE(names.insert(field.name).second) << field.name;
      EXPECT_FALSE(field.description.empty()) << field.name;
      if (!field.schema.empty()) {
        EXPECT_TRUE(schemas.contains(std::string(field.schema))) << field.schema;
      }
    }
  }
}

TEST(ApiDescriptionTest, AFieldsSchemaSaysWhatTheParserChecks) {
  EXPECT_EQ(
      api::to_text(api::field_schema({"n", api::FieldType::Integer, {1, 8}, "1", "How many"})),
      R"({"type":["integer","null"],"minimum":1,"maximum":8,"default":1,)"
      R"("description":"How many"})");
  EXPECT_EQ(api::to_text(api::field_schema({"p", api::FieldType::Number, {0, 1, true}})),
            R"({"type":["number","null"],"exclusiveMinimum":0.0,"maximum":1.0})");
  static constexpr std::string_view kWords[] = {"a", "b"};
  api::FieldInfo word{"w", api::FieldType::String};
  word.required = true;
  word.choices = kWords;
  EXPECT_EQ(api::to_text(api::field_schema(word)), R"({"type":"string","enum":["a","b"]})");
  EXPECT_EQ(api::to_text(api::field_schema(
                {"x", api::FieldType::Any, {}, "", "X", false, api::FieldEffect::Ignored})),
            R"({"description":"Has no effect here: X"})");
}

TEST(ApiDescriptionTest, TheDocumentHasEachDescribedRouteWithItsMethods) {
  const api::Json document = api::Json::parse(api::openapi_document(kRoutes));
  EXPECT_EQ(document["openapi"], "3.1.0");
  const api::Json& paths = document["paths"];
  EXPECT_EQ(paths.size(), 4U);
  EXPECT_TRUE(paths["/v1/responses/{id}"].contains("get"));
  EXPECT_TRUE(paths["/v1/responses/{id}"].contains("delete"));
  EXPECT_EQ(paths["/v1/responses/{id}"]["get"]["parameters"][0]["name"], "id");
  const api::Json& chat = paths["/v1/chat/completions"]["post"];
  EXPECT_EQ(chat["operationId"], "POST_v1_chat_completions");
  EXPECT_TRUE(chat["responses"]["200"]["content"].contains("text/event-stream"));
  EXPECT_TRUE(chat["responses"].contains("429"));
  EXPECT_EQ(paths["/health"]["get"]["security"], api::Json::array());
  EXPECT_FALSE(chat.contains("security"));
  EXPECT_TRUE(paths["/page"]["get"]["responses"]["200"]["content"].contains("text/html"));
}

TEST(ApiDescriptionTest, ThePageEscapesAndNamesEachField) {
  const std::string page = api::api_page(kRoutes);
  EXPECT_NE(page.find("GET /health"), std::string::npos);
  EXPECT_NE(page.find("[&quot;text&quot;]"), std::string::npos);
  for (const api::FieldInfo& field : chat_field_infos()) {
    EXPECT_NE(page.find("<code>" + std::string(field.name) + "</code>"), std::string::npos);
  }
}

}  // namespace
}  // namespace pcai::openai

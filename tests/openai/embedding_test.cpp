#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/base64.h"
#include "openai/embeddings/embedding_response.h"
#include "openai/token_request.h"

namespace pcai::openai {
namespace {

using nlohmann::json;

std::size_t inputs_of(std::string_view body) {
  const auto request = parse_embedding_request(body);
  EXPECT_TRUE(request.has_value()) << request.error().message;
  return request ? request->embed.inputs.size() : 0;
}

std::string field_of(std::string_view body) {
  const auto request = parse_embedding_request(body);
  EXPECT_FALSE(request.has_value());
  return request ? "" : request.error().field;
}

TEST(EmbeddingRequestTest, EveryFormOfInputIsRead) {
  EXPECT_EQ(inputs_of(R"({"input":"hello"})"), 1U);
  EXPECT_EQ(inputs_of(R"({"input":["a","b","c"]})"), 3U);
  EXPECT_EQ(inputs_of(R"({"input":[1,2,3]})"), 1U);
  EXPECT_EQ(inputs_of(R"({"input":[[1,2],[3],"and text"]})"), 3U);
}

TEST(EmbeddingRequestTest, WhatIsWrongIsNamed) {
  EXPECT_EQ(field_of(R"({})"), "input");
  EXPECT_EQ(field_of(R"({"input":""})"), "input");
  EXPECT_EQ(field_of(R"({"input":[]})"), "input");
  EXPECT_EQ(field_of(R"({"input":["a",""]})"), "input[1]");
  EXPECT_EQ(field_of(R"({"input":["a",7]})"), "input[1]");
  EXPECT_EQ(field_of(R"({"input":[1,"a"]})"), "input[1]");
  EXPECT_EQ(field_of(R"({"input":[1,-1]})"), "input[1]");
  EXPECT_EQ(field_of(R"({"input":[[1],[2.5]]})"), "input[1][0]");
  EXPECT_EQ(field_of(R"({"input":[[]]})"), "input[0]");
  EXPECT_EQ(field_of(R"({"input":"a","encoding_format":"hex"})"), "encoding_format");
  EXPECT_EQ(field_of(R"({"input":"a","dimensions":0})"), "dimensions");
  EXPECT_EQ(field_of(R"({"input":"a","pooling":"max"})"), "pooling");
  EXPECT_EQ(field_of(R"({"input":"a","inputs":"b"})"), "inputs");
}

TEST(EmbeddingRequestTest, ABatchIsBounded) {
  json texts = json::array();
  for (int i = 0; i < 2048; ++i) texts.push_back("x");
  EXPECT_EQ(inputs_of(json{{"input", texts}}.dump()), 2048U);
  texts.push_back("x");
  EXPECT_EQ(field_of(json{{"input", texts}}.dump()), "input");
}

TEST(EmbeddingResponseTest, FloatsAndBase64AreTheSameNumbers) {
  const std::vector<Embedding> embeddings = {{{0.5F, -1.0F}, 3}, {{1.0F, 0.25F}, 4}};
  const json plain = json::parse(embedding_body("m", embeddings, false, {}));
  EXPECT_EQ(plain["data"][0]["embedding"], (json{0.5, -1.0}));
  EXPECT_EQ(plain["data"][1]["index"], 1);
  EXPECT_EQ(plain["usage"]["prompt_tokens"], 7);
  EXPECT_FALSE(plain.contains("warnings"));
  const json packed = json::parse(embedding_body("m", embeddings, true, {"user"}));
  EXPECT_EQ(packed["data"][0]["embedding"], "AAAAPwAAgL8=");
  EXPECT_EQ(packed["warnings"][0], "user");
}

TEST(EmbeddingResponseTest, AShortenedVectorHasLengthOneAgain) {
  std::vector<Embedding> embeddings = {{{0.6F, 0.0F, 0.8F}, 1}};
  ASSERT_TRUE(shorten(embeddings, 2).has_value());
  EXPECT_EQ(embeddings[0].values, (std::vector<float>{1.0F, 0.0F}));
  const Status longer = shorten(embeddings, 3);
  ASSERT_FALSE(longer.has_value());
  EXPECT_EQ(longer.error().field, "dimensions");
}

TEST(Base64Test, EveryLengthIsPadded) {
  for (const auto& [bytes, text] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"\xFF\xFE", "//4="}}) {
    std::string out;
    api::append_base64(out, bytes);
    EXPECT_EQ(out, text);
  }
}

TEST(RerankTest, TheBestComeFirst) {
  const auto request = parse_rerank_request(
      R"({"query":"q","documents":["a",{"text":"b"},"c"],"top_n":2,"return_documents":true})");
  ASSERT_TRUE(request.has_value()) << request.error().message;
  const json body = json::parse(rerank_body("m", *request, {{-1.5F, 2}, {3.0F, 3}, {0.5F, 4}}));
  ASSERT_EQ(body["results"].size(), 2U);
  EXPECT_EQ(body["results"][0]["index"], 1);
  EXPECT_EQ(body["results"][0]["document"]["text"], "b");
  EXPECT_EQ(body["results"][1]["index"], 2);
  EXPECT_EQ(body["usage"]["total_tokens"], 9);
  EXPECT_FALSE(parse_rerank_request(R"({"query":"q","documents":[]})").has_value());
  EXPECT_FALSE(parse_rerank_request(R"({"query":"q","documents":[{"txt":"a"}]})").has_value());
}

TEST(TokenRequestTest, SpecialTokensAreAddedOnlyWhenAskedFor) {
  EXPECT_FALSE(parse_tokenize_request(R"({"content":"a"})")->request.add_special);
  EXPECT_TRUE(parse_tokenize_request(R"({"content":"a","add_special":true})")->request.add_special);
  EXPECT_FALSE(parse_tokenize_request(R"({"text":"a"})").has_value());
  EXPECT_EQ(parse_detokenize_request(R"({"tokens":[1,2]})")->request.tokens.size(), 2U);
  EXPECT_EQ(parse_detokenize_request(R"({"tokens":[1,"a"]})").error().field, "tokens[1]");
}

TEST(TokenRequestTest, APieceThatIsNotUtf8IsAListOfBytes) {
  EXPECT_EQ(tokens_body({{5, 6}, {}}), R"({"tokens":[5,6]})");
  EXPECT_EQ(tokens_body({{5, 6}, {"a", "\xF0\x9F"}}),
            R"({"tokens":[{"id":5,"piece":"a"},{"id":6,"piece":[240,159]}]})");
}

}  // namespace
}  // namespace pcai::openai

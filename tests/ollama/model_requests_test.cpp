#include "ollama/model_requests.h"

#include <gtest/gtest.h>

namespace pcai::ollama {
namespace {

const std::string kDigest(64, '7');

TEST(OllamaModelRequestsTest, AModelIsNamedByEitherFieldAndTheOtherMayBeEmpty) {
  EXPECT_EQ(parse_show_request(R"({"model":"a","verbose":true})")->model, "a");
  EXPECT_EQ(parse_show_request(R"({"name":"a"})")->model, "a");
  EXPECT_EQ(parse_show_request(R"({"model":"a","system":"","template":"","verbose":false,
                                   "options":null,"name":""})")
                ->model,
            "a");
  EXPECT_EQ(parse_delete_request(R"({"model":"","name":"a"})")->model, "a");
  for (const char* body : {"{}", R"({"model":""})", R"({"model":"","name":""})"}) {
    EXPECT_EQ(parse_show_request(body).error().field, "model") << body;
  }
}

TEST(OllamaModelRequestsTest, APullStreamsAndSaysThatItIsNeverInsecure) {
  EXPECT_TRUE(parse_pull_request(R"({"model":"a"})")->stream);
  EXPECT_FALSE(parse_pull_request(R"({"name":"a","stream":false})")->stream);
  EXPECT_TRUE(parse_pull_request(R"({"model":"a","insecure":false})")->warnings.empty());
  const auto insecure = parse_pull_request(R"({"model":"a","insecure":true})");
  ASSERT_EQ(insecure->warnings.lines().size(), 1U);
  EXPECT_NE(insecure->warnings.lines()[0].find("insecure"), std::string::npos);
}

TEST(OllamaModelRequestsTest, ANewNameIsPlain) {
  for (const char* name : {"a", "Mario", "a.b-c_d", "team/name", "hf.co/org/repo", "a:b", "x/y:1.5",
                           "hf.co/org/repo:Q8_0"}) {
    EXPECT_TRUE(check_new_name(name, "model")) << name;
  }
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("../x"), std::string("a/"),
        std::string("/a"), std::string("a//b"), std::string("a:"), std::string(":a"),
        std::string("a:b:c"), std::string("a/b/c/d"), std::string("a\\b"), std::string(".a"),
        std::string("a%b"), std::string(300, 'a'), std::string("\xc3\xa4")}) {
    EXPECT_FALSE(check_new_name(name, "model")) << name;
  }
}

TEST(OllamaModelRequestsTest, ABlobIsNamedByItsDigestAlone) {
  EXPECT_EQ(*blob_name("sha256:" + kDigest, "digest"), "sha256-" + kDigest);
  EXPECT_EQ(*blob_name("sha256-" + kDigest, "digest"), "sha256-" + kDigest);
  for (const std::string& digest :
       {std::string("sha256:"), "sha256:" + kDigest + "7", "sha256:../" + kDigest.substr(3),
        "sha512:" + kDigest, "sha256:" + std::string(64, 'G'), kDigest}) {
    EXPECT_FALSE(blob_name(digest, "digest")) << digest;
  }
}

TEST(OllamaModelRequestsTest, ANewModelHasABaseAndWhatIsOtherThanIt) {
  const auto request = parse_create_request(R"({"model":"mario","from":"big","system":"Be Mario.",
      "parameters":{"temperature":0.5,"stop":["a","b"]},"license":["one","two"],"stream":false,
      "messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"yo"}]})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_FALSE(request->stream);
  EXPECT_EQ(request->model.name, "mario");
  EXPECT_EQ(request->model.from, "big");
  EXPECT_EQ(request->model.system, "Be Mario.");
  EXPECT_EQ(request->model.parameters, R"({"temperature":0.5,"stop":["a","b"]})");
  EXPECT_EQ(request->model.license, "one\ntwo");
  ASSERT_EQ(request->model.messages.size(), 2U);
  EXPECT_EQ(request->model.messages[1].role, Role::Assistant);
  EXPECT_TRUE(request->warnings.empty());
}

TEST(OllamaModelRequestsTest, ANewModelMayBeMadeOfAnUploadedFile) {
  const auto request =
      parse_create_request(R"({"name":"m","files":{"a.gguf":"sha256:)" + kDigest +
                           R"("},"adapters":{"l.gguf":"sha256:)" + kDigest + R"("}})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->model.blob, "sha256-" + kDigest);
  EXPECT_EQ(request->model.adapters, std::vector<std::string>{"sha256-" + kDigest});
}

TEST(OllamaModelRequestsTest, ATemplateIsJinjaOrTranslatedOrTold) {
  const auto jinja = parse_create_request(
      R"({"model":"m","from":"b","template":"{% for m in messages %}{{ m.content }}{% endfor %}"})");
  EXPECT_TRUE(jinja->model.chat_template.starts_with("{% for m"));
  EXPECT_TRUE(jinja->warnings.empty());
  const auto go =
      parse_create_request(R"({"model":"m","from":"b","template":"{{ .System }} {{ .Prompt }}"})");
  ASSERT_TRUE(go);
  EXPECT_TRUE(go->model.chat_template.starts_with("{% macro"));
  EXPECT_TRUE(go->warnings.empty());
  const auto more = parse_create_request(
      R"({"model":"m","from":"b","template":"{{ range .Messages }}{{ .Content }}{{ end }}"})");
  ASSERT_TRUE(more);
  EXPECT_EQ(more->model.chat_template, "");
  ASSERT_EQ(more->warnings.lines().size(), 1U);
  EXPECT_EQ(parse_create_request(R"({"model":"m","from":"b","template":"{{ if .Prompt }}"})")
                .error()
                .field,
            "template");
}

struct RefusedCreate {
  const char* body;
  const char* field;
};

TEST(OllamaModelRequestsTest, WhatMakesNoModelIsRefusedByName) {
  for (const RefusedCreate& c : {
           RefusedCreate{R"({"from":"b"})", "model"},
           RefusedCreate{R"({"model":"m"})", "from"},
           RefusedCreate{R"({"model":"a b","from":"b"})", "model"},
           RefusedCreate{R"({"model":"m","from":"b","quantize":"q4_K_M"})", "quantize"},
           RefusedCreate{R"({"model":"m","modelfile":"FROM b"})", "modelfile"},
           RefusedCreate{R"({"model":"m","files":{"a":"b"}})", "files.a"},
           RefusedCreate{R"({"model":"m","files":{"a":1}})", "files.a"},
           RefusedCreate{R"({"model":"m","from":"b","license":[1]})", "license"},
           RefusedCreate{R"({"model":"m","from":"b","messages":[{"role":"tool","content":"x"}]})",
                         "messages[0]"},
       }) {
    const auto request = parse_create_request(c.body);
    ASSERT_FALSE(request) << c.body;
    EXPECT_EQ(request.error().field, c.field) << c.body;
  }
}

TEST(OllamaModelRequestsTest, ACopyNeedsBothNames) {
  EXPECT_EQ(parse_copy_request(R"({"source":"a","destination":"b:c"})")->destination, "b:c");
  EXPECT_EQ(parse_copy_request(R"({"source":"","destination":"b"})").error().field, "source");
  EXPECT_EQ(parse_copy_request(R"({"source":"a","destination":""})").error().field, "destination");
  EXPECT_EQ(parse_copy_request(R"({"source":"a"})").error().field, "destination");
}

}  // namespace
}  // namespace pcai::ollama

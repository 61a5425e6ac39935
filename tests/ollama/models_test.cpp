#include "ollama/models.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pcai::ollama {
namespace {

using nlohmann::json;

std::vector<ModelStatus> models() {
  ModelStatus ready{.id = "big", .state = ModelState::Ready, .created = 0};
  ready.info = ModelInfo{.id = "big",
                         .backend = "llamacpp",
                         .architecture = "llama",
                         .format = "gguf",
                         .quantization = "Q4_1",
                         .context_length = 4096,
                         .train_context_length = 8192,
                         .parameter_count = 134'500'000,
                         .size_bytes = 98};
  return {ready, {.id = "small:latest"}};
}

TEST(OllamaModelsTest, AllAreTaggedAndThoseInMemoryAreRunning) {
  const json tags = json::parse(tags_body(models()))["models"];
  ASSERT_EQ(tags.size(), 2U);
  EXPECT_EQ(tags[0]["name"], "big");
  EXPECT_EQ(tags[0]["details"]["format"], "gguf");
  EXPECT_EQ(tags[1]["details"]["format"], "");
  EXPECT_EQ(tags[0]["details"]["parameter_size"], "134.5M");
  EXPECT_EQ(tags[0]["details"]["quantization_level"], "Q4_1");
  const json running = json::parse(ps_body(models()))["models"];
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0]["context_length"], 4096);
}

TEST(OllamaModelsTest, AShownModelSaysWhatItCan) {
  ModelStatus model = models()[0];
  EXPECT_EQ(json::parse(show_body(model))["model_info"]["llama.context_length"], 8192);
  EXPECT_EQ(json::parse(show_body(model))["capabilities"][0], "completion");
  model.info->generates = false;
  EXPECT_EQ(json::parse(show_body(model))["capabilities"], json::array({"embedding"}));
}

TEST(OllamaModelsTest, TheTagLatestIsOptional) {
  EXPECT_EQ(known_name(models(), "big:latest"), "big");
  EXPECT_EQ(known_name(models(), "small"), "small:latest");
  EXPECT_EQ(known_name(models(), "other:latest"), "other:latest");
}

TEST(OllamaModelsTest, AShowRequestNamesItsModel) {
  EXPECT_EQ(parse_show_request(R"({"model":"a","verbose":true})")->model, "a");
  EXPECT_EQ(parse_show_request(R"({"name":"a"})")->model, "a");
  EXPECT_EQ(parse_show_request(R"({"model":"a","name":""})")->model, "a");
  EXPECT_EQ(parse_show_request("{}").error().field, "model");
}

}  // namespace
}  // namespace pcai::ollama

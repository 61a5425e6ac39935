#include "ollama/models.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pcai::ollama {
namespace {

using nlohmann::json;

std::vector<ListedModel> models() {
  ListedModel ready{.status = {.id = "big", .state = ModelState::Ready, .memory_bytes = 500}};
  ready.status.info = ModelInfo{.id = "big",
                                .backend = "llamacpp",
                                .architecture = "llama",
                                .format = "gguf",
                                .quantization = "Q4_1",
                                .context_length = 4096,
                                .train_context_length = 8192,
                                .parameter_count = 134'500'000,
                                .size_bytes = 98};
  ready.facts.digest = std::string(64, 'a');
  ListedModel known{.status = {.id = "small:latest"}};
  known.facts = {.digest = std::string(64, 'b'),
                 .format = "gguf",
                 .architecture = "qwen2",
                 .quantization = "Q8_0",
                 .size_bytes = 77,
                 .parameter_count = 1'500'000'000,
                 .context_length = 32768,
                 .parent = "big"};
  return {ready, known};
}

json shown(const ListedModel& model, const ModelSpec& spec = {}) {
  return json::parse(show_body(model, spec));
}

TEST(OllamaModelsTest, AllAreTaggedAndThoseInMemoryAreRunning) {
  const json tags = json::parse(tags_body(models()))["models"];
  ASSERT_EQ(tags.size(), 2U);
  EXPECT_EQ(tags[0]["name"], "big");
  EXPECT_EQ(tags[0]["size"], 98);
  EXPECT_EQ(tags[0]["digest"], std::string(64, 'a'));
  EXPECT_EQ(tags[0]["details"]["format"], "gguf");
  EXPECT_EQ(tags[0]["details"]["parameter_size"], "134.5M");
  EXPECT_EQ(tags[0]["details"]["quantization_level"], "Q4_1");
  const json running = json::parse(ps_body(models()))["models"];
  ASSERT_EQ(running.size(), 1U);
  EXPECT_EQ(running[0]["context_length"], 4096);
  EXPECT_EQ(running[0]["digest"], std::string(64, 'a'));
  EXPECT_EQ(running[0]["size"], 500) << "what it takes in memory";
}

TEST(OllamaModelsTest, AModelThatIsNotLoadedIsDescribedByItsFile) {
  const json tag = json::parse(tags_body(models()))["models"][1];
  EXPECT_EQ(tag["size"], 77);
  EXPECT_EQ(tag["details"]["family"], "qwen2");
  EXPECT_EQ(tag["details"]["parameter_size"], "1.5B");
  EXPECT_EQ(tag["details"]["quantization_level"], "Q8_0");
  EXPECT_EQ(tag["details"]["parent_model"], "big");
  EXPECT_EQ(shown(models()[1])["model_info"]["qwen2.context_length"], 32768);
}

TEST(OllamaModelsTest, AModelThatStaysForGoodNeverExpires) {
  std::vector<ListedModel> list = models();
  EXPECT_EQ(json::parse(ps_body(list))["models"][0]["expires_at"], "9999-12-31T23:59:59Z");
  list[0].expires_at = 60;
  EXPECT_EQ(json::parse(ps_body(list))["models"][0]["expires_at"], "1970-01-01T00:01:00Z");
}

TEST(OllamaModelsTest, AShownModelSaysWhatItCan) {
  ListedModel model = models()[0];
  EXPECT_EQ(shown(model)["model_info"]["llama.context_length"], 8192);
  EXPECT_EQ(shown(model)["capabilities"], json::array({"completion", "tools"}));
  EXPECT_EQ(shown(model)["digest"], std::string(64, 'a'));
  model.status.info->sees = model.status.info->fills_gaps = true;
  model.facts.thinks = true;
  EXPECT_EQ(shown(model)["capabilities"],
            json::array({"completion", "tools", "vision", "insert", "thinking"}));
  model.status.info->generates = false;
  EXPECT_EQ(shown(model)["capabilities"], json::array({"embedding"}));
}

TEST(OllamaModelsTest, AShownModelTellsItsDefaultsAsAModelfileDoes) {
  ModelSpec spec = {.id = "big", .config = {.context_length = 2048}};
  ASSERT_TRUE(set_default(spec.defaults, "stop", std::vector<std::string>{"a\"", "b"}, "stop"));
  ASSERT_TRUE(set_default(spec.defaults, "max_tokens", std::int64_t{7}, "max_tokens"));
  spec.defaults.system = "Be brief.";
  spec.defaults.messages = {{.role = Role::User, .content = "hi"}};
  spec.config.chat_template = "{{ messages }}";
  const json body = shown(models()[0], spec);
  const std::string parameters = body["parameters"];
  EXPECT_NE(parameters.find("num_ctx                        2048\n"), std::string::npos);
  EXPECT_NE(parameters.find("num_predict                    7"), std::string::npos);
  EXPECT_NE(parameters.find("stop                           \"a\\\"\""), std::string::npos);
  EXPECT_EQ(body["system"], "Be brief.");
  EXPECT_EQ(body["template"], "{{ messages }}");
  EXPECT_EQ(body["messages"][0]["content"], "hi");
  const std::string file = body["modelfile"];
  EXPECT_TRUE(file.starts_with("FROM big\n"));
  EXPECT_NE(file.find("\nPARAMETER num_predict 7\n"), std::string::npos);
  EXPECT_NE(file.find("\nSYSTEM \"\"\"Be brief.\"\"\"\n"), std::string::npos);
}

TEST(OllamaModelsTest, TheTagLatestIsOptional) {
  const auto is_known = [](std::string_view id) { return id == "big" || id == "small:latest"; };
  EXPECT_EQ(known_name(is_known, "big:latest"), "big");
  EXPECT_EQ(known_name(is_known, "small"), "small:latest");
  EXPECT_EQ(known_name(is_known, "small:latest"), "small:latest");
  EXPECT_EQ(known_name(is_known, "other:latest"), "other:latest");
  EXPECT_EQ(known_name(is_known, ":latest"), ":latest");
  EXPECT_EQ(known_name(is_known, "bi"), "bi") << "only whole names";
}

}  // namespace
}  // namespace pcai::ollama

#include "openai/models/model_list.h"

#include <gtest/gtest.h>

#include "api/json_text.h"

namespace pcai::openai {
namespace {

TEST(ModelListTest, NoModelsIsAnEmptyList) {
  EXPECT_EQ(model_list_body({}), R"({"object":"list","data":[]})");
}

TEST(ModelListTest, OneModelIsAListOfOne) {
  EXPECT_EQ(model_list_body({ModelStatus{.id = "m", .created = 3}}),
            R"({"object":"list","data":[{"id":"m","object":"model","created":3,)"
            R"("owned_by":"pcai","state":"unloaded"}]})");
}

TEST(ModelListTest, AModelTellsHowItStands) {
  const ModelStatus status{.id = "m",
                           .state = ModelState::Ready,
                           .info = ModelInfo{.id = "m", .sees = true, .fills_gaps = true},
                           .memory_bytes = 7,
                           .pinned = true,
                           .requests = 2,
                           .unloads_at = 1'700'000'060,
                           .loads = 3};
  const api::Json model = api::Json::parse(model_body(status));
  EXPECT_EQ(model["memory_bytes"], 7);
  EXPECT_EQ(model["pinned"], true);
  EXPECT_EQ(model["requests"], 2);
  EXPECT_EQ(model["loads"], 3);
  EXPECT_EQ(model["unloads_at"], 1'700'000'060);
  EXPECT_EQ(model["capabilities"], api::Json({"completion", "tools", "insert", "vision"}));
}

TEST(ModelListTest, AdaptersHaveIdsNamesAndScales) {
  const ModelStatus status{.id = "m", .adapters = {{"/secret/a.gguf", 1}, {"b.gguf", 0.5F}}};
  EXPECT_EQ(api::Json::parse(model_body(status))["lora"],
            api::Json::parse(R"([{"id":0,"name":"a.gguf","scale":1.0},
                            {"id":1,"name":"b.gguf","scale":0.5}])"));
  EXPECT_FALSE(api::Json::parse(model_body({.id = "m"})).contains("lora"));
}

TEST(ModelListTest, AReadyModelTellsWhatItIs) {
  ModelStatus status{.id = "org/model:q4", .state = ModelState::Ready, .created = 1'700'000'000};
  status.info = ModelInfo{.id = "org/model:q4",
                          .backend = "llamacpp",
                          .architecture = "llama",
                          .quantization = "Q4_1",
                          .context_length = 2048,
                          .train_context_length = 8192,
                          .parameter_count = 134'515'008,
                          .size_bytes = 98'000'000'000};
  const api::Json model = api::Json::parse(model_body(status));
  EXPECT_EQ(model["id"], "org/model:q4");
  EXPECT_EQ(model["object"], "model");
  EXPECT_EQ(model["created"], 1'700'000'000);
  EXPECT_EQ(model["owned_by"], "pcai");
  EXPECT_EQ(model["state"], "ready");
  EXPECT_EQ(model["backend"], "llamacpp");
  EXPECT_EQ(model["architecture"], "llama");
  EXPECT_EQ(model["quantization"], "Q4_1");
  EXPECT_EQ(model["context_length"], 2048);
  EXPECT_EQ(model["train_context_length"], 8192);
  EXPECT_EQ(model["size"], 98'000'000'000);
  EXPECT_EQ(model["parameters"], 134'515'008);
  EXPECT_EQ(model["input_modalities"], api::Json::array({"text"}));
  EXPECT_FALSE(model.contains("error"));
  EXPECT_FALSE(model.contains("load_progress"));

  status.info->sees = status.info->hears = true;
  EXPECT_EQ(api::Json::parse(model_body(status))["input_modalities"],
            api::Json::array({"text", "image", "audio"}));

  status.info->quantization.reset();
  EXPECT_TRUE(api::Json::parse(model_body(status))["quantization"].is_null());
}

TEST(ModelListTest, AFailedModelSaysWhy) {
  ModelStatus status{.id = "m", .state = ModelState::Failed};
  status.error = Error{ErrorCode::InvalidModel, "m.gguf: bad magic"};
  const api::Json model = api::Json::parse(model_body(status));
  EXPECT_EQ(model["state"], "failed");
  EXPECT_EQ(model["error"], "m.gguf: bad magic");
}

TEST(ModelListTest, ALoadingModelSaysHowFar) {
  const api::Json model = api::Json::parse(
      model_body({.id = "m", .state = ModelState::Loading, .load_progress = 0.4242F}));
  EXPECT_EQ(model["state"], "loading");
  EXPECT_EQ(model["load_progress"], 0.42);
}

TEST(ModelListTest, AnIdOfAnyBytesMakesValidJson) {
  EXPECT_TRUE(api::Json::accept(model_list_body({ModelStatus{.id = "a\"\\\n\xFF"}})));
}

}  // namespace
}  // namespace pcai::openai

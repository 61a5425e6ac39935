#include "llama_server/server_state.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/parameters/defaults.h"

namespace pcai::llama_server {
namespace {

using nlohmann::json;

ServedModel model() {
  ServedModel model{.status = {.id = "m"}};
  model.spec.config.model_path = "/models/m.gguf";
  model.spec.config.max_sequences = 3;
  model.facts.context_length = 2048;
  model.facts.chat_template = "{{ x }}";
  model.facts.sees = true;
  return model;
}

TEST(LlamaServerStateTest, PropsTellTheModelWithoutItsFolder) {
  ServedModel served = model();
  ASSERT_TRUE(set_default(served.spec.defaults, "top_k", std::int64_t{7}, "top_k"));
  const json body = json::parse(props_body(served));
  EXPECT_EQ(body["model_path"], "m.gguf");
  EXPECT_EQ(body["total_slots"], 3);
  EXPECT_EQ(body["chat_template"], "{{ x }}");
  EXPECT_EQ(body["modalities"]["vision"], true);
  EXPECT_EQ(body["default_generation_settings"]["n_ctx"], 2048);
  EXPECT_EQ(body["default_generation_settings"]["params"]["top_k"], 7);
  EXPECT_EQ(body["is_sleeping"], true);
}

TEST(LlamaServerStateTest, ALoadedModelSaysMore) {
  ServedModel served = model();
  served.status.state = ModelState::Ready;
  served.status.info = ModelInfo{.context_length = 512, .max_sequences = 2};
  served.stats = ModelStats{.sequences_running = 1};
  EXPECT_TRUE(has_free_slot(served));
  const json slots = json::parse(slots_body(served));
  ASSERT_EQ(slots.size(), 2U);
  EXPECT_EQ(slots[0]["is_processing"], true);
  EXPECT_EQ(slots[1]["is_processing"], false);
  EXPECT_EQ(slots[1]["n_ctx"], 512);
  served.stats->sequences_running = 2;
  EXPECT_FALSE(has_free_slot(served));
}

}  // namespace
}  // namespace pcai::llama_server

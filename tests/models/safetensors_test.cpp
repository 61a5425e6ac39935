#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/gguf_builder.h"
#include "models/model_finder.h"
#include "models/safetensors/safetensors_folder.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kConfig =
    R"({"architectures":["Qwen2ForCausalLM"],"model_type":"qwen2","hidden_size":64,)"
    R"("num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,)"
    R"("intermediate_size":128,"vocab_size":1000,"max_position_embeddings":2048})";

/// A safetensors file of this header and so many bytes of data.
std::string file(const std::string& header, std::size_t data) {
  std::string bytes(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i));
  return bytes + header + std::string(data, '\0');
}

std::string two_tensors() {
  return file(
      R"({"__metadata__":{"format":"pt"},)"
      R"("model.embed_tokens.weight":{"dtype":"BF16","shape":[10,4],"data_offsets":[0,80]},)"
      R"("model.norm.weight":{"dtype":"F32","shape":[4],"data_offsets":[80,96]}})",
      96);
}

class SafetensorsTest : public testing::Test {
 protected:
  SafetensorsTest() {
    folders_.own = folder_.path() / "own";
    folders_.hugging_face = {folder_.path() / "hub"};
    fs::create_directories(folders_.own);
  }

  void write(const fs::path& folder, const char* config = kConfig) {
    folder_.write(folder / "config.json", config);
    folder_.write(folder / "model.safetensors", two_tensors());
  }

  test::TemporaryFolder folder_;
  ModelFolders folders_;
};

TEST_F(SafetensorsTest, AFolderIsDescribedLikeAFile) {
  write("own/Tiny-0.5B");
  folder_.write("own/Tiny-0.5B/chat_template.jinja", "{{ messages }}");
  const auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 1U);
  const FoundModel& model = models[0];
  EXPECT_FALSE(model.error) << model.error->message;
  EXPECT_EQ(model.id, "Tiny-0.5B");
  EXPECT_TRUE(model.is_folder);
  EXPECT_EQ(model.path, folders_.own / "Tiny-0.5B");
  EXPECT_EQ(model.full_id, model.path.string());
  EXPECT_EQ(model.architecture, "Qwen2ForCausalLM");
  EXPECT_EQ(model.quantization, "BF16");
  EXPECT_EQ(model.context_length, 2048U);
  EXPECT_EQ(model.kind, GgufKind::Model);
  const auto summary = describe_model(model.path);
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->parameter_count, 44U);
  EXPECT_EQ(summary->layer_count, 2U);
  EXPECT_EQ(summary->kv_head_count, 2U);
  EXPECT_TRUE(summary->has_chat_template);
  EXPECT_EQ(resolve_model(folders_, "tiny-0.5b")->path, model.path);
  EXPECT_EQ(resolve_model(folders_, model.path.string())->source, "path");
}

TEST_F(SafetensorsTest, ASnapshotIsRunByTheRepositorysName) {
  const std::string commit(40, '1');
  const fs::path snapshot = fs::path("hub/models--o--r/snapshots") / commit;
  write(snapshot);
  folder_.write("hub/models--o--r/refs/main", commit);
  auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0].id, "o/r");
  EXPECT_EQ(models[0].full_id, "hf:o/r:safetensors");
  for (const char* name : {"hf:o/r", "hf:o/r:safetensors", "hf:o/r@main", "o/r", "hf:O/R"}) {
    const auto model = resolve_model(folders_, name);
    ASSERT_TRUE(model) << name << ": " << model.error().message;
    EXPECT_EQ(model->path, folder_.path() / snapshot) << name;
  }
  // What was pulled from such a repository is a GGUF file.
  folder_.write("own/o/r/m-IQ3_M.gguf", test::GgufBuilder::tiny_model().build());
  EXPECT_EQ(resolve_model(folders_, "hf:o/r")->path.filename(), "m-IQ3_M.gguf");
  EXPECT_EQ(resolve_model(folders_, "hf:o/r:safetensors")->path, folder_.path() / snapshot);
}

TEST_F(SafetensorsTest, WhatPullWouldHaveFilledHasTheRepositorysName) {
  write("own/o/r");
  EXPECT_EQ(find_models(folders_).at(0).full_id, "hf:o/r:safetensors");
  EXPECT_EQ(resolve_model(folders_, "hf:o/r")->path, folders_.own / "o/r");
}

TEST_F(SafetensorsTest, WhatNoBackendReadsIsListedWithTheReason) {
  write("own/half");
  folder_.write("own/half/model.safetensors.index.json",
                R"({"weight_map":{"a":"model.safetensors","b":"model-2.safetensors"}})");
  write("own/mlx", R"({"model_type":"qwen2","quantization":{"group_size":64,"bits":4}})");
  write("own/t5", R"({"architectures":["T5ForConditionalGeneration"],"is_encoder_decoder":true})");
  write("own/cut");
  folder_.write("own/cut/model.safetensors", two_tensors().substr(0, 100));
  std::map<std::string, std::string> errors;
  for (const FoundModel& model : find_models(folders_)) {
    errors[model.id] = model.error ? model.error->message : "";
  }
  EXPECT_THAT(errors["half"], HasSubstr("model-2.safetensors is missing"));
  EXPECT_THAT(errors["mlx"], HasSubstr("MLX"));
  EXPECT_THAT(errors["t5"], HasSubstr("encoder-decoder"));
  EXPECT_THAT(errors["cut"], HasSubstr("cut off"));
  EXPECT_EQ(errors.size(), 4U);
}

TEST_F(SafetensorsTest, FoldersThatAreNoModelForTextAreNotListed) {
  write("own/picture/text_encoder");
  folder_.write("own/picture/model_index.json", "{}");
  write("own/unet", R"({"_class_name":"UNet2DConditionModel"})");
  folder_.write("own/lora/config.json", kConfig);
  folder_.write("own/lora/adapter_model.safetensors", two_tensors());
  folder_.write("own/only-config/config.json", kConfig);
  EXPECT_THAT(find_models(folders_), IsEmpty());
}

TEST_F(SafetensorsTest, HeadersAreChecked) {
  const auto problem = [&](const std::string& bytes) {
    const auto tensors = read_safetensors_header(folder_.write("x.safetensors", bytes));
    return tensors ? std::string() : tensors.error().message;
  };
  EXPECT_EQ(problem(two_tensors()), "");
  EXPECT_THAT(problem(""), HasSubstr("is not a safetensors file"));
  EXPECT_THAT(problem(std::string(8, '\xff')), HasSubstr("is not a safetensors file"));
  EXPECT_THAT(problem(file("[1]", 0)), HasSubstr("damaged header"));
  EXPECT_THAT(problem(file(R"({"a":{"dtype":"F32","shape":[4],"data_offsets":[0,99]}})", 8)),
              HasSubstr("outside of the file: a"));
  EXPECT_THAT(problem(file(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", 8)),
              HasSubstr("without a shape: a"));
  EXPECT_THAT(problem(file(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,16],)"
                           R"("data_offsets":[0,4]}})",
                           8)),
              HasSubstr("larger than itself: a"));
  EXPECT_THAT(problem(file(R"({"a":7})", 8)), HasSubstr("outside of the file: a"));
}

}  // namespace
}  // namespace pcai::models

#include "backend/mistralrs/model_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/gguf_builder.h"
#include "models/temporary_folder.h"

namespace pcai::backend::mistralrs {
namespace {

using test::bytes;
using test::GgufBuilder;
using testing::HasSubstr;

constexpr std::uint32_t kIq4Xs = 23;

/// A safetensors file with a float vector of two.
std::string safetensors(
    const std::string& header = R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})") {
  return test::bytes<std::uint64_t>(header.size()) + header + std::string(8, '\0');
}

class ModelFilesTest : public testing::Test {
 protected:
  Result<ModelFiles> look_at(const test::GgufBuilder& builder) {
    return look_at_model(folder_.write("m.gguf", builder.build()));
  }

  /// Why the model is refused; "" = it is not.
  static std::string refusal(const Result<ModelFiles>& model) {
    if (model) return {};
    EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
    return model.error().message;
  }

  void write_folder() {
    folder_.write("config.json", R"({"architectures":["LlamaForCausalLM"],
                                     "max_position_embeddings":512})");
    folder_.write("tokenizer.json", "{}");
    folder_.write("model.safetensors", safetensors());
  }

  test::TemporaryFolder folder_;
};

TEST_F(ModelFilesTest, AGgufFileOfAKnownKindIsTaken) {
  const auto model = look_at(test::GgufBuilder::tiny_model());
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->format, "gguf");
  EXPECT_EQ(model->info.architecture, "llama");
  EXPECT_EQ(model->info.quantization, "Q4_1");
  ASSERT_EQ(model->files.size(), 1U);
  EXPECT_TRUE(model->files[0].is_absolute());
}

TEST_F(ModelFilesTest, AnUnknownArchitectureIsRefusedWithTheBackendThatCan) {
  test::GgufBuilder builder =
      test::GgufBuilder::tiny_model().text("general.architecture", "gemma3");
  for (const char* key : {"block_count", "context_length", "embedding_length",
                          "attention.head_count", "attention.head_count_kv"}) {
    builder.u32("gemma3." + std::string(key), 4);
  }
  builder.u32("gemma3.embedding_length", 64);
  EXPECT_THAT(refusal(look_at(builder)), AllOf(HasSubstr("'gemma3'"), HasSubstr("llamacpp")));
}

TEST_F(ModelFilesTest, AnUnknownQuantizationIsRefusedWithTheTensorsName) {
  EXPECT_THAT(refusal(look_at(test::GgufBuilder::tiny_model().tensor("blk.0.x", {256, 2}, kIq4Xs))),
              AllOf(HasSubstr("IQ4_XS"), HasSubstr("blk.0.x"), HasSubstr("llamacpp")));
}

TEST_F(ModelFilesTest, AnUnknownTokenizerIsRefused) {
  EXPECT_THAT(refusal(look_at(test::GgufBuilder::tiny_model().text("tokenizer.ggml.model", "t5"))),
              HasSubstr("'t5'"));
}

TEST_F(ModelFilesTest, AFolderOfSafetensorsIsTaken) {
  write_folder();
  for (const auto& path : {folder_.path(), folder_.path() / "model.safetensors"}) {
    const auto model = look_at_model(path);
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ(model->format, "safetensors");
    EXPECT_EQ(model->info.architecture, "LlamaForCausalLM");
    EXPECT_EQ(model->info.train_context_length, 512U);
    EXPECT_EQ(model->info.parameter_count, 2U);
  }
}

TEST_F(ModelFilesTest, UqffFilesComeBeforeTheRestBesideThem) {
  write_folder();
  std::filesystem::rename(folder_.path() / "model.safetensors",
                          folder_.path() / "residual.safetensors");
  folder_.write("q4k-0.uqff", "x");
  const auto model = look_at_model(folder_.path());
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->format, "uqff");
  EXPECT_EQ(model->info.quantization, "q4k-0");
}

TEST_F(ModelFilesTest, WhatAFolderLacksIsNamed) {
  EXPECT_THAT(refusal(look_at_model(folder_.path())), HasSubstr("config.json"));
  folder_.write("config.json", "[]");
  EXPECT_THAT(refusal(look_at_model(folder_.path())), HasSubstr("not a JSON object"));
  folder_.write("config.json", "{}");
  EXPECT_THAT(refusal(look_at_model(folder_.path())), HasSubstr("tokenizer.json"));
  folder_.write("tokenizer.json", "{}");
  EXPECT_THAT(refusal(look_at_model(folder_.path())), HasSubstr(".safetensors"));
}

TEST_F(ModelFilesTest, DamagedSafetensorsAreRefused) {
  write_folder();
  const std::string headers[] = {
      "no json",
      R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,9]}})",
      R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
      R"({"w":{"dtype":"F32","shape":[4611686018427387904,8],"data_offsets":[0,8]}})",
      R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,8]}})",
      R"({"w":7})",
  };
  for (const std::string& header : headers) {
    folder_.write("model.safetensors", safetensors(header));
    EXPECT_THAT(refusal(look_at_model(folder_.path())), HasSubstr("model.safetensors")) << header;
  }
  folder_.write("model.safetensors", test::bytes<std::uint64_t>(1U << 30));
  EXPECT_THAT(refusal(look_at_model(folder_.path())), HasSubstr("cut off"));
}

TEST_F(ModelFilesTest, AMissingModelIsNamed) {
  EXPECT_THAT(refusal(look_at_model("/nowhere/m.gguf")), HasSubstr("/nowhere/m.gguf"));
}

}  // namespace
}  // namespace pcai::backend::mistralrs

#include <gtest/gtest.h>

#include <limits>

#include "models/gguf/gguf_reader.h"
#include "models/gguf_builder.h"

namespace pcai::models {
namespace {

using test::GgufBuilder;

/// "", or why the reader refuses it.
std::string refusal(const test::GgufBuilder& builder) {
  const std::string bytes = builder.build();
  MemorySource source(bytes);
  const auto file = read_gguf(source);
  return file ? "" : file.error().message;
}

test::GgufBuilder of(const std::string& architecture) {
  test::GgufBuilder file = test::GgufBuilder::tiny_model();
  file.text("general.architecture", architecture)
      .u32(architecture + ".block_count", 2)
      .u32(architecture + ".embedding_length", 64)
      .u32(architecture + ".attention.head_count", 4);
  return file;
}

TEST(GgufFamilyRulesTest, KeysAsLongAsValuesWhereLlamaCppAssertsIt) {
  test::GgufBuilder llama = of("llama").u32("llama.attention.value_length", 8);
  EXPECT_NE(refusal(llama).find("'llama.attention.key_length' is 16"), std::string::npos);
  EXPECT_EQ(refusal(llama.u32("llama.attention.key_length", 8)), "");
  // It computes with others of another length.
  EXPECT_EQ(refusal(of("deepseek2").u32("deepseek2.attention.value_length", 8)), "");
}

TEST(GgufFamilyRulesTest, WholeHeadsRotateWhereLlamaCppAssertsIt) {
  EXPECT_EQ(refusal(of("qwen2").u32("qwen2.rope.dimension_count", 16)), "");
  EXPECT_NE(refusal(of("qwen2").u32("qwen2.rope.dimension_count", 8)).find("not its keys' length"),
            std::string::npos);
  EXPECT_EQ(refusal(of("phi2").u32("phi2.rope.dimension_count", 8)), "");
}

TEST(GgufFamilyRulesTest, SectionsOfARotationAreFewSizes) {
  const std::string key = "qwen2vl.rope.dimension_sections";
  EXPECT_EQ(refusal(of("qwen2vl").i32s(key, {4, 2, 2, 0})), "");
  EXPECT_NE(refusal(of("qwen2vl").i32s(key, {0, 0, 0, 8})), "");
  EXPECT_NE(refusal(of("qwen2vl").i32s(key, {1, -1, 0, 0})), "");
  EXPECT_NE(refusal(of("qwen2vl").i32s(key, {1 << 30, 1 << 30, 1 << 30, 1 << 30})), "");
  EXPECT_NE(refusal(of("qwen2vl").u32(key, 4)), "");
  EXPECT_EQ(refusal(of("glm4").i32s("glm4.rope.dimension_sections", {0, 0, 0, 0})), "");
}

TEST(GgufFamilyRulesTest, ExpertsAreThereAndUsed) {
  EXPECT_NE(refusal(of("smallthinker")), "");
  EXPECT_EQ(refusal(of("smallthinker")
                        .u32("smallthinker.expert_count", 4)
                        .u32("smallthinker.expert_used_count", 2)),
            "");
  EXPECT_NE(refusal(of("llama").u32("llama.expert_count", 1)), "");
  EXPECT_EQ(refusal(of("hunyuan-dense").u32("hunyuan-dense.expert_count", 1)), "");
}

TEST(GgufFamilyRulesTest, NothingDividesByZero) {
  EXPECT_NE(refusal(of("ernie4_5-moe").u32("ernie4_5-moe.interleave_moe_layer_step", 0)), "");
  EXPECT_EQ(refusal(of("llama4").u32("llama4.interleave_moe_layer_step", 0)), "");
}

TEST(GgufFamilyRulesTest, NothingDividesByAZeroOfAHybrid) {
  for (const char* const key :
       {"full_attention_interval", "ssm.time_step_rank", "ssm.group_count", "wkv.head_size"}) {
    EXPECT_NE(refusal(of("qwen3next").u32("qwen3next." + std::string(key), 0)), "") << key;
    EXPECT_EQ(refusal(of("qwen3next").u32("qwen3next." + std::string(key), 2)), "") << key;
  }
}

TEST(GgufFamilyRulesTest, HeadsOfStatesFitTheVectorsThatComputeThem) {
  for (const char* const family : {"rwkv7", "arwkv7"}) {
    const std::string key = std::string(family) + ".wkv.head_size";
    EXPECT_NE(refusal(of(family).u32(key, 16)).find("not a multiple of 64"), std::string::npos);
    EXPECT_EQ(refusal(of(family).u32(key, 64)), "") << family;
  }
  EXPECT_EQ(refusal(of("rwkv6").u32("rwkv6.wkv.head_size", 16)), "");
}

TEST(GgufFamilyRulesTest, AHybridHasLayersOfBothKinds) {
  const std::string key = "jamba.attention.head_count_kv";
  EXPECT_NE(refusal(of("jamba")), "");
  EXPECT_NE(refusal(of("jamba").u32(key, 2)), "");
  EXPECT_NE(refusal(of("jamba").i32s(key, {0, 0})), "");
  EXPECT_NE(refusal(of("jamba").i32s(key, {2, 2})), "");
  EXPECT_EQ(refusal(of("jamba").i32s(key, {0, 2})), "");
}

TEST(GgufFamilyRulesTest, TokensOfImagesAreInTheVocabulary) {
  EXPECT_NE(refusal(of("chameleon")).find("too few for its images"), std::string::npos);
}

TEST(GgufFamilyRulesTest, EpsilonsArePositive) {
  const auto with = [](float epsilon) {
    return of("llama").number("llama.attention.layer_norm_rms_epsilon", GgufType::Float32, epsilon);
  };
  EXPECT_EQ(refusal(with(1e-5F)), "");
  EXPECT_NE(refusal(with(-1)), "");
  EXPECT_NE(refusal(with(std::numeric_limits<float>::quiet_NaN())), "");
  EXPECT_NE(refusal(with(std::numeric_limits<float>::infinity())), "");
}

}  // namespace
}  // namespace pcai::models

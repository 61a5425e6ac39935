#include "models/gguf/gguf_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/gguf/gguf_marks.h"
#include "models/gguf/gguf_reader.h"
#include "models/gguf/gguf_types.h"
#include "models/gguf/gguf_vocabulary.h"
#include "models/gguf_builder.h"
#include "models/model_folders.h"
#include "models/split_name.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

using test::GgufBuilder;
using test::TemporaryFolder;
using testing::HasSubstr;

class GgufSummaryTest : public testing::Test {
 protected:
  Result<GgufSummary> describe(const test::GgufBuilder& builder,
                               const std::string& name = "m.gguf") {
    return describe_gguf(folder_.write(name, builder.build()));
  }

  GgufKind kind(const test::GgufBuilder& builder) {
    const auto summary = describe(builder);
    EXPECT_TRUE(summary) << summary.error().message;
    return summary ? summary->kind : GgufKind::Model;
  }

  test::TemporaryFolder folder_;
};

/// Part `number` (from 1) of a split model of `count` parts with one tensor each.
test::GgufBuilder part(std::uint16_t number, std::uint16_t count) {
  test::GgufBuilder builder;
  if (number == 1) builder = test::GgufBuilder::tiny_model().no_tensors();
  builder.u16("split.no", number - 1).u16("split.count", count).i32("split.tensors.count", count);
  return builder.tensor("t" + std::to_string(number), {64}, test::GgufBuilder::kF32);
}

TEST_F(GgufSummaryTest, TellsWhatTheHeaderSays) {
  const auto summary = describe(test::GgufBuilder::tiny_model().text("general.license", "mit"));
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->kind, GgufKind::Model);
  EXPECT_EQ(summary->architecture, "llama");
  EXPECT_EQ(summary->name, "Tiny");
  EXPECT_EQ(summary->license, "mit");
  EXPECT_EQ(summary->quantization, "Q4_1");
  EXPECT_EQ(summary->context_length, 128U);
  EXPECT_EQ(summary->vocabulary_size, 4U);
  EXPECT_EQ(summary->layer_count, 2U);
  EXPECT_EQ(summary->embedding_length, 64U);
  EXPECT_EQ(summary->head_count, 4U);
  EXPECT_EQ(summary->kv_head_count, 2U);
  EXPECT_EQ(summary->parameter_count, 64U * 4 + 64);
  EXPECT_TRUE(summary->has_chat_template);
  ASSERT_EQ(summary->parts.size(), 1U);
  EXPECT_EQ(summary->size_bytes, std::filesystem::file_size(summary->parts[0]));
}

TEST_F(GgufSummaryTest, HeadsPerLayerCountAsTheMostOfALayer) {
  const auto summary = describe(test::GgufBuilder::tiny_model()
                                    .i32s("llama.attention.head_count", {4, 8})
                                    .remove("llama.attention.head_count_kv"));
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->head_count, 8U);
  EXPECT_EQ(summary->kv_head_count, 8U);
}

TEST_F(GgufSummaryTest, AnUnknownFileTypeFallsBackToTheTypeOfMostTensors) {
  test::GgufBuilder builder = test::GgufBuilder::tiny_model();
  builder.u32("general.file_type", 4)
      .tensor("a", {32, 1}, 39)
      .tensor("b", {32, 1}, 39)
      .tensor("c", {32}, 0)
      .tensor("d", {32}, 0)
      .tensor("e", {32}, 0);
  EXPECT_EQ(describe(builder)->quantization, "MXFP4");
  EXPECT_EQ(describe(builder.u32("general.file_type", 1024 + 15))->quantization, "Q4_K_M");
}

TEST_F(GgufSummaryTest, TellsProjectorsAdaptersAndEmbeddingModelsFromModels) {
  const test::GgufBuilder model = test::GgufBuilder::tiny_model();
  EXPECT_EQ(kind(test::GgufBuilder(model).text("general.type", "model")), GgufKind::Model);
  EXPECT_EQ(kind(test::GgufBuilder(model).text("general.type", "adapter")), GgufKind::Adapter);
  EXPECT_EQ(kind(test::GgufBuilder(model).text("general.type", "mmproj")), GgufKind::Projector);
  EXPECT_EQ(kind(test::GgufBuilder(model).text("general.architecture", "clip")),
            GgufKind::Projector);
  EXPECT_EQ(kind(test::GgufBuilder(model).u32("llama.vision.block_count", 1)), GgufKind::Model);
  EXPECT_EQ(
      kind(test::GgufBuilder(model).u32("llama.vision.block_count", 1).remove("llama.block_count")),
      GgufKind::Projector);
  EXPECT_EQ(kind(test::GgufBuilder(model).u32("llama.pooling_type", 1)), GgufKind::Embedding);
  EXPECT_EQ(kind(test::GgufBuilder(model).text("general.architecture", "nomic-bert")),
            GgufKind::Embedding);
}

TEST_F(GgufSummaryTest, WhatIsNoModelIsRefusedByItsName) {
  const auto matrix = describe(test::GgufBuilder::tiny_model().text("general.type", "imatrix"));
  EXPECT_THAT(matrix.error().message, HasSubstr("m.gguf: holds 'imatrix', which is not a model"));
  const auto vocabulary = describe(test::GgufBuilder::tiny_model().no_tensors());
  EXPECT_THAT(vocabulary.error().message, HasSubstr("has no tensors"));
  const auto nameless = describe(test::GgufBuilder::tiny_model().remove("general.architecture"));
  EXPECT_THAT(nameless.error().message, HasSubstr("does not name its architecture"));
}

TEST_F(GgufSummaryTest, ModelsThatDoNotWriteTextAreRefusedByWhatTheyAre) {
  const auto refusal = [&](const char* architecture) {
    const auto summary =
        describe(test::GgufBuilder::tiny_model().text("general.architecture", architecture));
    return summary ? "" : summary.error().message;
  };
  const std::pair<const char*, const char*> cases[] = {
      {"t5", "m.gguf: is an encoder-decoder model"},
      {"llada", "is a diffusion language model"},
      {"dream", "is a diffusion language model"},
      {"flux", "makes images or videos"},
      {"sdxl", "makes images or videos"},
      {"wan", "makes images or videos"},
      {"controlvector", "is a control vector"},
      {"eagle3", "is a draft model"},
      {"wavtokenizer-dec", "is a sound codec"},
      {"qwen3tts", "is a model for speech"},
      {"clef", "chooses among actions"},
      {"gptj", "llama.cpp cannot load"},
      {"mllama", "only Ollama can read"},
      {"no-such-thing", "does not know"}};
  for (const auto& [architecture, what] : cases) {
    EXPECT_THAT(refusal(architecture), HasSubstr(what));
    EXPECT_THAT(refusal(architecture), HasSubstr("'" + std::string(architecture) + "'"));
  }
  for (const char* architecture : {"llama", "t5encoder", "mamba", "qwen3next"}) {
    EXPECT_EQ(refusal(architecture), "");
  }
}

TEST_F(GgufSummaryTest, WhatSeesAheadEmbeds) {
  const test::GgufBuilder model = test::GgufBuilder::tiny_model();
  const auto ahead = describe(
      test::GgufBuilder(model).number<std::uint8_t>("llama.attention.causal", GgufType::Bool, 0));
  EXPECT_EQ(ahead->kind, GgufKind::Embedding);
  EXPECT_TRUE(ahead->sees_ahead);
  const auto pooled = describe(test::GgufBuilder(model).u32("llama.pooling_type", 3));
  EXPECT_FALSE(pooled->sees_ahead);
  EXPECT_TRUE(
      describe(test::GgufBuilder(model).text("general.architecture", "t5encoder"))->sees_ahead);
}

TEST_F(GgufSummaryTest, SpecialTokensOutsideTheVocabularyAreNotedAndSetAside) {
  test::GgufBuilder model = test::GgufBuilder::tiny_model();
  EXPECT_TRUE(describe(model)->notes.empty());
  model.u32("tokenizer.ggml.padding_token_id", 4)
      .u32("tokenizer.ggml.mask_token_id", 0xFFFFFFFF)
      .i32("tokenizer.ggml.bos_token_id", 0)
      .i32("tokenizer.ggml.eos_token_id", -7);
  EXPECT_THAT(describe(model)->notes,
              testing::ElementsAre(HasSubstr("'tokenizer.ggml.eos_token_id' is not a token"),
                                   HasSubstr("'tokenizer.ggml.padding_token_id' is not a token")));
  const auto file = read_gguf(folder_.write("m.gguf", model.build()));
  const auto odd = odd_special_tokens(*file);
  ASSERT_EQ(odd.size(), 3U);
  EXPECT_EQ(odd[0].key, "tokenizer.ggml.bos_token_id");
  EXPECT_EQ(odd[0].id, 0U);
  EXPECT_EQ(odd[1].id, kNoToken);
  EXPECT_EQ(odd[2].id, kNoToken);
}

TEST_F(GgufSummaryTest, AHeaderWithoutMarksIsTheSameModel) {
  test::GgufBuilder with = test::GgufBuilder::tiny_model().no_tensors();
  with.tensor("mark", {0}, 0).tensor("a", {64}, 0).tensor("other", {3, 0}, 0).tensor("b", {7}, 0);
  test::GgufBuilder without = test::GgufBuilder::tiny_model().no_tensors();
  without.tensor("a", {64}, 0).tensor("b", {7}, 0);
  const std::string content = with.build();
  MemorySource source(content);
  const auto file = read_gguf(source);
  ASSERT_TRUE(file) << file.error().message;
  const auto header = header_without_marks(source, *file);
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(*header + content.substr(file->data_offset), without.build());
}

TEST_F(GgufSummaryTest, APartIsNoCompleteModel) {
  const auto describe_complete = [&](const char* type) {
    return describe_complete_gguf(folder_.write(
        "m.gguf", test::GgufBuilder::tiny_model().text("general.type", type).build()));
  };
  EXPECT_TRUE(describe_complete("model"));
  EXPECT_THAT(describe_complete("adapter").error().message,
              HasSubstr("m.gguf: is an addition to a model (adapter)"));
  EXPECT_THAT(describe_complete("mmproj").error().message, HasSubstr("(projector)"));
}

TEST_F(GgufSummaryTest, TextsAreMadePrintable) {
  const auto summary =
      describe(test::GgufBuilder::tiny_model().text("general.name", "a\x1B[31m\nb\xFF"));
  EXPECT_EQ(summary->name, "a?[31m?b?");
}

TEST_F(GgufSummaryTest, ASplitModelIsTheSumOfItsParts) {
  folder_.write("m-00002-of-00003.gguf", part(2, 3).build());
  folder_.write("m-00003-of-00003.gguf", part(3, 3).build());
  const auto summary = describe(part(1, 3), "m-00001-of-00003.gguf");
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->parameter_count, 3U * 64);
  ASSERT_EQ(summary->parts.size(), 3U);
  EXPECT_EQ(summary->parts[2].filename(), "m-00003-of-00003.gguf");
  std::uint64_t size = 0;
  for (const auto& file : summary->parts) size += std::filesystem::file_size(file);
  EXPECT_EQ(summary->size_bytes, size);
}

TEST_F(GgufSummaryTest, ASplitModelWithoutAPartIsRefused) {
  folder_.write("m-00003-of-00003.gguf", part(3, 3).build());
  const auto summary = describe(part(1, 3), "m-00001-of-00003.gguf");
  EXPECT_THAT(summary.error().message, HasSubstr("part 2 is missing or damaged"));
  EXPECT_THAT(summary.error().message, HasSubstr("m-00002-of-00003.gguf: no such file"));
}

TEST_F(GgufSummaryTest, PartsOfDifferentModelsAreRefused) {
  folder_.write("m-00002-of-00002.gguf", part(2, 3).build());
  EXPECT_THAT(describe(part(1, 2), "m-00001-of-00002.gguf").error().message,
              HasSubstr("does not say that it is part 2 of 2"));
  folder_.write("m-00002-of-00002.gguf", part(2, 2).tensor("more", {32}, 0).build());
  EXPECT_THAT(describe(part(1, 2), "m-00001-of-00002.gguf").error().message,
              testing::AnyOf(HasSubstr("hold 3 tensors"), HasSubstr("does not fit")));
}

TEST_F(GgufSummaryTest, ALaterPartPointsToTheFirst) {
  EXPECT_THAT(describe(part(2, 3), "m-00002-of-00003.gguf").error().message,
              HasSubstr("is part 2 of 3; give the first part, m-00001-of-00003.gguf"));
}

TEST_F(GgufSummaryTest, ASplitModelUnderAnotherNameIsRefused) {
  EXPECT_THAT(describe(part(1, 3), "renamed.gguf").error().message,
              HasSubstr("its header says part 1 of 3, but its name does not"));
  EXPECT_THAT(describe(test::GgufBuilder::tiny_model(), "m-00001-of-00002.gguf").error().message,
              HasSubstr("its header says part 1 of 1, but its name does not"));
}

TEST_F(GgufSummaryTest, AModelInOnePartIsWhole) {
  EXPECT_TRUE(describe(test::GgufBuilder::tiny_model(), "m-00001-of-00001.gguf"));
}

TEST(SplitNameTest, TakesNamesApartAndBuildsThem) {
  const auto name = parse_split_name("/a/big-model-00002-of-00010.gguf");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->stem, "big-model");
  EXPECT_EQ(name->number, 2U);
  EXPECT_EQ(name->count, 10U);
  EXPECT_EQ(split_part("/a/big-model-00002-of-00010.gguf", 7), "/a/big-model-00007-of-00010.gguf");
  for (const char* other :
       {"model.gguf", "-00001-of-00002.gguf", "m-00003-of-00002.gguf", "m-00000-of-00002.gguf",
        "m-0001-of-0002.gguf", "m-00001-of-0000x.gguf"}) {
    EXPECT_FALSE(parse_split_name(other)) << other;
  }
}

TEST(GgufTypesTest, BlocksAndNamesAreGgmls) {
  EXPECT_EQ(tensor_type(12)->name, "Q4_K");
  EXPECT_EQ(tensor_type(12)->block_elements, 256U);
  EXPECT_EQ(tensor_type(12)->block_bytes, 144U);
  EXPECT_EQ(tensor_type(30)->name, "BF16");
  EXPECT_EQ(tensor_type(42)->name, "Q2_0");
  EXPECT_EQ(tensor_type(43), nullptr);
  EXPECT_EQ(tensor_type(31), nullptr);
  EXPECT_EQ(file_type_name(15), "Q4_K_M");
  EXPECT_EQ(file_type_name(18), "Q6_K");
  EXPECT_EQ(file_type_name(32), "BF16");
  EXPECT_EQ(file_type_name(41), "Q2_0");
  EXPECT_EQ(file_type_name(42), "");
}

TEST(DefaultModelTest, IsWhatItsNameSays) {
  if (!std::filesystem::exists(default_model_path())) {
    GTEST_SKIP() << "get it with tools/get_default_model";
  }
  const auto summary = describe_gguf(default_model_path());
  ASSERT_TRUE(summary) << summary.error().message;
  EXPECT_EQ(summary->kind, GgufKind::Model);
  EXPECT_EQ(summary->architecture, "llama");
  EXPECT_EQ(summary->quantization, "Q4_1");
  EXPECT_EQ(summary->context_length, 8192U);
  EXPECT_EQ(summary->vocabulary_size, 49152U);
  EXPECT_EQ(summary->layer_count, 30U);
  EXPECT_EQ(summary->embedding_length, 576U);
  EXPECT_EQ(summary->head_count, 9U);
  EXPECT_EQ(summary->kv_head_count, 3U);
  EXPECT_EQ(summary->parameter_count, 134'515'008U);
  EXPECT_EQ(summary->size_bytes, 98'362'432U);
  EXPECT_TRUE(summary->has_chat_template);
}

}  // namespace
}  // namespace pcai::models

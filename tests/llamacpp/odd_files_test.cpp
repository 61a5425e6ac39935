#include <ggml.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "backend/blocking.h"
#include "backend/embedder.h"
#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/register.h"
#include "backend/registry.h"
#include "llamacpp/family_model.h"
#include "models/temporary_folder.h"

namespace pcai::backend::llamacpp {
namespace {

using test::FamilyTensor;
using test::GgufBuilder;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// Files that other programs write and that are not as most files are.
class OddFilesTest : public testing::Test {
 protected:
  OddFilesTest() : keys_(test::family_keys("llama")), tensors_(test::family_tensors(keys_)) {}

  Result<std::unique_ptr<LoadedModel>> load(const std::string& content) {
    BackendRegistry registry;
    register_llamacpp(registry);
    NoProgress unwatched;
    const ModelConfig config{.model_path = folder_.write("odd.gguf", content),
                             .context_length = 256,
                             .threads = 1,
                             .max_sequences = 1};
    return registry.create_backend("llamacpp")
        .value()
        ->load({.id = "odd", .config = config}, unwatched);
  }

  std::string answer(const std::string& content) {
    const auto model = load(content);
    if (!model) return model.error().message;
    warnings_ = (*model)->info().warnings;
    GenerateRequest request;
    request.prompt = TextPrompt{"a b"};
    request.params.max_tokens = 12;
    request.params.temperature = 0;
    const auto answer = generate(**model, std::move(request));
    return answer ? answer->content.value_or("") : answer.error().message;
  }

  std::string usual_answer() { return answer(test::family_file(keys_, tensors_, 1)); }

  GgufBuilder keys_;
  std::vector<FamilyTensor> tensors_;
  std::vector<std::string> warnings_;
  test::TemporaryFolder folder_;
};

TEST_F(OddFilesTest, EachAlignmentGivesTheSameAnswer) {
  const std::string usual = usual_answer();
  ASSERT_FALSE(tensors_.empty());
  for (const std::uint32_t alignment : {1U, 4U, 8U, 16U, 64U, 4096U}) {
    GgufBuilder file = keys_;
    file.alignment = alignment;
    file.u32("general.alignment", alignment);
    EXPECT_EQ(answer(test::family_file(file, tensors_, 1)), usual) << alignment;
  }
}

TEST_F(OddFilesTest, TensorsWithoutElementsChangeNothing) {
  const std::string usual = usual_answer();
  for (const std::size_t place : {std::size_t{0}, std::size_t{3}, tensors_.size()}) {
    std::vector<FamilyTensor> marked = tensors_;
    const auto at = marked.begin() + static_cast<std::ptrdiff_t>(place);
    marked.insert(at, {.name = "__marker__", .shape = {0}});
    EXPECT_EQ(answer(test::family_file(keys_, marked, 1)), usual) << place;
  }
}

TEST_F(OddFilesTest, SpecialTokensOutsideTheVocabularyAreSetAsideAndTold) {
  const std::string usual = usual_answer();
  EXPECT_THAT(warnings_, Not(Contains(HasSubstr("_token_id"))));
  for (const char* const name : {"padding", "eos", "mask", "fim_pre"}) {
    const std::string key = "tokenizer.ggml." + std::string(name) + "_token_id";
    GgufBuilder file = keys_;
    EXPECT_EQ(answer(test::family_file(file.u32(key, 266), tensors_, 1)), usual);
    EXPECT_THAT(warnings_, Contains(HasSubstr("'" + key + "'")));
  }
}

TEST_F(OddFilesTest, SpecialTokensOfAnotherTypeAreRead) {
  const std::string usual = usual_answer();
  GgufBuilder file = keys_;
  file.i32("tokenizer.ggml.eos_token_id", 2).i32("tokenizer.ggml.padding_token_id", -1);
  EXPECT_EQ(answer(test::family_file(file, tensors_, 1)), usual);
  EXPECT_THAT(warnings_, Not(Contains(HasSubstr("_token_id"))));
}

TEST_F(OddFilesTest, AnEncoderDecoderIsRefusedByName) {
  GgufBuilder file = test::family_keys("t5");
  file.tensor("token_embd.weight", {64, 266}, GgufBuilder::kF32);
  const auto model = load(file.build());
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::InvalidModel);
  EXPECT_EQ(model.error().field, "model_path");
  EXPECT_THAT(model.error().message, HasSubstr("is an encoder-decoder model"));
}

TEST_F(OddFilesTest, TheEncoderOfAnEncoderDecoderEmbedsAndDoesNotAnswer) {
  const GgufBuilder file = test::family_keys("t5encoder");
  const auto tensors = test::family_tensors(file);
  ASSERT_FALSE(tensors.empty());
  const auto model = load(test::family_file(file, tensors, 1));
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_FALSE((*model)->info().generates);
  ASSERT_NE((*model)->embedder(), nullptr);
  EmbedRequest request;
  request.inputs = {TextPrompt{"a b"}, TextPrompt{"b"}, TextPrompt{"a b"}};
  const auto vectors = (*model)->embedder()->embed(request, {});
  ASSERT_TRUE(vectors) << vectors.error().message;
  ASSERT_EQ(vectors->size(), 3U);
  EXPECT_NE((*vectors)[0].values, (*vectors)[1].values);
  for (std::size_t i = 0; i < (*vectors)[0].values.size(); ++i) {
    EXPECT_NEAR((*vectors)[0].values[i], (*vectors)[2].values[i], 1e-5);
  }
  GenerateRequest chat;
  chat.prompt = TextPrompt{"a b"};
  EXPECT_FALSE(generate(**model, std::move(chat)));
}

/// Two vectors of unequal length, which ggml asserts to be equal where it adds them.
struct Unequal {
  Unequal()
      : context(ggml_init({.mem_size = 1 << 20, .mem_buffer = nullptr, .no_alloc = true}),
                ggml_free) {
    take_over_ggml_assertions();
  }
  void add() {
    ggml_add(context.get(), ggml_new_tensor_1d(context.get(), GGML_TYPE_F32, 3),
             ggml_new_tensor_1d(context.get(), GGML_TYPE_F32, 2));
  }
  std::unique_ptr<ggml_context, void (*)(ggml_context*)> context;
};

TEST_F(OddFilesTest, AnAssertionOfGgmlThrowsWhereItIsWatched) {
  Unequal unequal;
  {
    const AssertionsThrow outer;
    { const AssertionsThrow inner; }
    EXPECT_THAT([&] { unequal.add(); },
                testing::ThrowsMessage<std::runtime_error>(
                    testing::AllOf(HasSubstr("llama.cpp cannot take it: ggml.c:"),
                                   HasSubstr("GGML_ASSERT"), testing::Not(HasSubstr("/")))));
  }
}

using OddFilesDeathTest = OddFilesTest;

TEST_F(OddFilesDeathTest, AnAssertionElsewhereEndsTheProcessWithoutADebugger) {
  Unequal unequal;
  EXPECT_DEATH(unequal.add(), "ggml.c:[0-9]+: GGML_ASSERT\\(.*\\) failed\n$");
}

}  // namespace
}  // namespace pcai::backend::llamacpp

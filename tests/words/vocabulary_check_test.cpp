#include "backend/llamacpp/tokens/vocabulary_check.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "backend/llamacpp/load/llama_log.h"
#include "models/gguf_builder.h"
#include "words/vocabulary.h"

namespace pcai::test {
namespace {

using backend::llamacpp::capture_llama_log;
using backend::llamacpp::check_vocabulary;
using backend::llamacpp::take_vocabulary_warnings;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

GgufBuilder file_with(const std::string& kind, const std::vector<std::string>& tokens) {
  GgufBuilder file;
  file.text("general.architecture", "llama")
      .u32("llama.block_count", 1)
      .u32("llama.context_length", 128)
      .u32("llama.embedding_length", 64)
      .u32("llama.feed_forward_length", 64)
      .u32("llama.attention.head_count", 4)
      .number<float>("llama.attention.layer_norm_rms_epsilon", models::GgufType::Float32, 1e-5F)
      .text("tokenizer.ggml.model", kind)
      .strings("tokenizer.ggml.tokens", tokens)
      .i32s("tokenizer.ggml.token_type", std::vector<std::int32_t>(tokens.size(), 1));
  return file;
}

Vocabulary loaded(const GgufBuilder& file) {
  capture_llama_log();
  take_vocabulary_warnings();
  const auto path =
      std::filesystem::temp_directory_path() / ("pcai-check-" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << file.header();
  Vocabulary vocabulary(path);
  std::filesystem::remove(path);
  return vocabulary;
}

Status checked(const GgufBuilder& file) {
  const Vocabulary vocabulary = loaded(file);
  if (!vocabulary.loaded()) return fail(ErrorCode::Internal, "it was not loaded");
  return check_vocabulary(*llama_model_get_vocab(&vocabulary.model()));
}

TEST(VocabularyCheckTest, ATokenThatIsWantedButNotNamedIsRefused) {
  // GPT-2's token for both ends is out of this vocabulary, so there is none.
  GgufBuilder file = file_with("gpt2", {"a", "b", "\u010a"});
  file.text("tokenizer.ggml.pre", "gpt-2").strings("tokenizer.ggml.merges", {"a b"});
  EXPECT_TRUE(checked(file));
  file.raw("tokenizer.ggml.add_bos_token", 7, bytes<std::uint8_t>(1));
  EXPECT_THAT(checked(file).error().message, HasSubstr("begin-of-text"));
  file.raw("tokenizer.ggml.add_bos_token", 7, bytes<std::uint8_t>(0));
  file.raw("tokenizer.ggml.add_eos_token", 7, bytes<std::uint8_t>(1));
  EXPECT_THAT(checked(file).error().message, HasSubstr("end-of-text"));
  file.u32("tokenizer.ggml.eos_token_id", 1);
  EXPECT_TRUE(checked(file));
}

TEST(VocabularyCheckTest, AByteWithoutATokenIsRefusedWhereTextsWouldNeverEnd) {
  EXPECT_TRUE(checked(file_with("rwkv", {"<s>", "\\n", "<", "a", "ab"})));
  EXPECT_THAT(checked(file_with("rwkv", {"<", "\\n", "ab"})).error().message, HasSubstr("byte 97"));
}

TEST(VocabularyWarningsTest, AMissingPreTokenizerIsToldInOneLine) {
  GgufBuilder file = file_with("gpt2", {"a", "b", "\u010a"});
  file.strings("tokenizer.ggml.merges", {"a b"});
  ASSERT_TRUE(loaded(file).loaded());
  const std::vector<std::string> warnings = take_vocabulary_warnings();
  EXPECT_THAT(warnings, Contains(HasSubstr("missing pre-tokenizer type")));
  for (const std::string& warning : warnings) EXPECT_EQ(warning.find("***"), std::string::npos);
  EXPECT_THAT(take_vocabulary_warnings(), IsEmpty());
}

TEST(VocabularyWarningsTest, ThereAreOnlySoManyOfThem) {
  std::vector<std::string> tokens(300);
  tokens[0] = "\u010a";
  GgufBuilder file = file_with("gpt2", tokens);
  file.text("tokenizer.ggml.pre", "gpt-2").strings("tokenizer.ggml.merges", {"a b"});
  const Vocabulary vocabulary = loaded(file);
  const std::vector<std::string> warnings = take_vocabulary_warnings();
  ASSERT_EQ(warnings.size(), 9U);
  EXPECT_THAT(warnings.back(), HasSubstr("--log-level debug"));
}

}  // namespace
}  // namespace pcai::test

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "backend/blocking.h"
#include "backend/token_codec.h"
#include "llamacpp/real_model.h"
#include "models/gguf_builder.h"

namespace pcai::backend::llamacpp {
namespace {

namespace fs = std::filesystem;

// Tokens of the default model that are of no other use here.
constexpr std::uint32_t kPrefixToken = 5;
constexpr std::uint32_t kSuffixToken = 6;
constexpr std::uint32_t kMiddleToken = 7;

/// The default model with three more keys: its vocabulary has tokens for gaps then. What a model
/// writes that was never trained to fill one is of no interest; what it reads is.
class GapModel {
 public:
  GapModel()
      : path_(fs::temp_directory_path() / ("pcai-gap-" + std::to_string(getpid()) + ".gguf")) {
    std::string keys = number("tokenizer.ggml.fim_pre_token_id", kPrefixToken) +
                       number("tokenizer.ggml.fim_suf_token_id", kSuffixToken) +
                       number("tokenizer.ggml.fim_mid_token_id", kMiddleToken);
    // Inserting a multiple of the alignment leaves the tensors where their offsets say.
    const std::string head = test::gguf_text("test.padding") + test::bytes(kString);
    const std::size_t rest = (keys.size() + head.size() + sizeof(std::uint64_t)) % kAlignment;
    keys += head + test::gguf_text(std::string(kAlignment - rest, 'x'));

    std::ifstream model(RealModelTest::path(), std::ios::binary);
    std::string begin(24, '\0');  // magic, version, counts of tensors and of keys
    model.read(begin.data(), std::ssize(begin));
    std::uint64_t count = 0;
    std::memcpy(&count, begin.data() + 16, sizeof count);
    begin.replace(16, sizeof count, test::bytes<std::uint64_t>(count + 4));
    std::ofstream(path_, std::ios::binary) << begin << keys << model.rdbuf();
  }
  ~GapModel() { fs::remove(path_); }

  const fs::path& path() const { return path_; }

 private:
  static constexpr std::uint32_t kUInt32 = 4;
  static constexpr std::uint32_t kString = 8;
  static constexpr std::size_t kAlignment = 32;

  static std::string number(std::string_view key, std::uint32_t value) {
    return test::gguf_text(key) + test::bytes(kUInt32) + test::bytes(value);
  }

  fs::path path_;
};

GenerateRequest greedy(Prompt prompt) {
  GenerateRequest request{.prompt = std::move(prompt)};
  request.params.temperature = 0;
  request.params.max_tokens = 8;
  return request;
}

using InfillTest = RealModelTest;

TEST_F(InfillTest, AModelWithoutTokensForGapsSaysSo) {
  EXPECT_FALSE(model().info().fills_gaps);
  const auto answer = generate(model(), greedy(InfillPrompt{"def add(a, b):", "return c"}));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(answer.error().field, "suffix");
  EXPECT_THAT(answer.error().message, ::testing::HasSubstr("leave it out"));
}

TEST_F(InfillTest, AGapIsReadAsPrefixSuffixAndMiddle) {
  const GapModel file;
  const auto gaps = load({.model_path = file.path(), .context_length = 64, .threads = 1});
  ASSERT_TRUE(gaps) << gaps.error().message;
  EXPECT_TRUE((*gaps)->info().fills_gaps);
  TokenCodec& codec = *(*gaps)->token_codec();
  const auto tokens = [&](std::string text) {
    TokenizeRequest request;
    request.text = std::move(text);
    request.parse_special = false;
    return codec.tokenize(request, {})->ids;
  };
  // Special tokens in the texts are text.
  const std::string prefix = "def add(a, b):\n    <|im_end|>c = ";
  const std::string suffix = "\n    return c\n";
  std::vector<std::int32_t> ids{kPrefixToken};
  const auto append = [&ids](const std::vector<std::int32_t>& more) {
    ids.insert(ids.end(), more.begin(), more.end());
  };
  append(tokens(prefix));
  ids.push_back(kSuffixToken);
  append(tokens(suffix));
  ids.push_back(kMiddleToken);

  const auto by_ids = generate(**gaps, greedy(TokenPrompt{ids}));
  ASSERT_TRUE(by_ids) << by_ids.error().message;
  const auto filled = generate(**gaps, greedy(InfillPrompt{prefix, suffix}));
  ASSERT_TRUE(filled) << filled.error().message;
  EXPECT_EQ(filled->usage.prompt_tokens, ids.size());
  // All but the last token, which must give logits, is the prefix of the request before it.
  EXPECT_EQ(filled->usage.cached_tokens, ids.size() - 1);

  for (const InfillPrompt& one : {InfillPrompt{"x", ""}, InfillPrompt{"", "y"}}) {
    EXPECT_TRUE(generate(**gaps, greedy(one)));
  }
  std::string much;
  for (std::uint32_t i = 0; i < (*gaps)->info().context_length; ++i) much += "word ";
  const auto long_one = generate(**gaps, greedy(InfillPrompt{much, much}));
  ASSERT_FALSE(long_one);
  EXPECT_EQ(long_one.error().code, ErrorCode::ContextOverflow);
}

}  // namespace
}  // namespace pcai::backend::llamacpp

#include "backend/llamacpp/tokens/tokenizer.h"

#include "llamacpp/loaded_weights.h"

namespace pcai::backend::llamacpp {
namespace {

using TokenizerTest = LoadedWeightsTest;

TEST_F(TokenizerTest, TextComesBackFromItsTokens) {
  const Tokenizer tokenizer(weights());
  for (const std::string text :
       {"Hello, world!", "  two  spaces\n\ttab", "Ünïcödé 中文 🙂🙃", "a"}) {
    std::string back;
    const auto tokens = tokenizer.tokenize(text).value();
    for (const llama_token token : tokens) back += tokenizer.piece(token);
    EXPECT_EQ(back, text);
  }
}

TEST_F(TokenizerTest, ASpecialTokenHasANameAndNoText) {
  const Tokenizer tokenizer(weights());
  const auto tokens = tokenizer.tokenize("<|im_end|>").value();
  ASSERT_EQ(tokens.size(), 1U);
  EXPECT_TRUE(tokenizer.ends(tokens.front()));
  EXPECT_EQ(tokenizer.piece(tokens.front()), "");
  EXPECT_EQ(tokenizer.name(tokens.front()), "<|im_end|>");
}

TEST_F(TokenizerTest, HostileTextIsTokenizedWhole) {
  const Tokenizer tokenizer(weights());
  for (const std::string piece : {"a", "7", " ", "\n", "\xCC\x81", "<|im_start|>"}) {
    std::string text;
    while (text.size() < 100'000) text += piece;
    std::string back;
    const auto tokens = tokenizer.tokenize(text).value();
    for (const llama_token token : tokens) back += tokenizer.name(token);
    EXPECT_EQ(back, text);
  }
}

}  // namespace
}  // namespace pcai::backend::llamacpp

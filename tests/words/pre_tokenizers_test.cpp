// Every pre-tokenizer of the llama.cpp that is linked: our function cuts texts as llama.cpp's own
// does, and texts that end a process there have tokens here.
//   PCAI_WORD_TEXTS=N  compares N random texts for each pre-tokenizer

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/tokens/tokenizer.h"
#include "backend/llamacpp/tokens/words.h"
#include "models/gguf_builder.h"
#include "words/random_text.h"
#include "words/small_stack.h"
#include "words/switched_words.h"
#include "words/vocabulary.h"

namespace pcai::test {
namespace {

namespace fs = std::filesystem;
using backend::llamacpp::llama_split_words;
using backend::llamacpp::split_words;
using Patterns = std::vector<std::string>;

/// The names of pre-tokenizers that llama.cpp's sources compare a file's with.
std::set<std::string> names() {
  std::ostringstream source;
  source << std::ifstream(fs::path(PCAI_LLAMA_SOURCE) / "src/llama-vocab.cpp").rdbuf();
  const std::string text = source.str();
  const std::string begin = "tokenizer_pre == \"";
  std::set<std::string> names;
  for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos;) {
    at += begin.size();
    names.insert(text.substr(at, text.find('"', at) - at));
  }
  return names;
}

std::string gpt2_byte(int byte) {
  return split_words(std::string(1, static_cast<char>(byte)), {"[^\\n]+|[\\n]+"}, true).front();
}

/// A vocabulary of all bytes, as GPT-2 and as SentencePiece write them, of a few merges and of a
/// few special tokens.
fs::path vocabulary_file(const std::string& pre_tokenizer) {
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>", "<|user|>", "\n\n", "<s", "> <"};
  std::vector<std::int32_t> types = {2, 3, 3, 3, 4, 4, 4};
  const auto add = [&](const std::string& token, std::int32_t type) {
    tokens.push_back(token);
    types.push_back(type);
  };
  std::set<std::string> singles;
  for (int byte = 0; byte < 256; ++byte) {
    char hex[8];
    std::snprintf(hex, sizeof hex, "<0x%02X>", byte);
    add(hex, 6);
    if (byte < 128) singles.insert(gpt2_byte(byte));
    if (byte > 32 && byte < 127) singles.insert(std::string(1, static_cast<char>(byte)));
  }
  for (int byte = 128; byte < 256; ++byte) {
    std::string encoded;  // gpt2_byte() takes text, and a byte alone is none
    const int point = byte <= 0xA0 ? 256 + 34 + (byte - 0x80) : byte == 0xAD ? 256 + 67 : byte;
    encoded += static_cast<char>(0xC0 | point >> 6);
    encoded += static_cast<char>(0x80 | (point & 63));
    singles.insert(encoded);
  }
  for (const std::string& single : singles) add(single, 1);
  std::vector<std::string> merges;
  for (const std::pair<const char*, const char*>& merge : {std::pair{"a", "a"},
                                                           {"aa", "aa"},
                                                           {"aaaa", "aaaa"},
                                                           {"h", "e"},
                                                           {"l", "l"},
                                                           {"he", "ll"},
                                                           {"hell", "o"},
                                                           {"\u0120", "\u0120"},
                                                           {"\u0120", "hello"},
                                                           {"1", "2"},
                                                           {"12", "3"}}) {
    merges.push_back(std::string(merge.first) + " " + merge.second);
    add(std::string(merge.first) + merge.second, 1);
  }
  GgufBuilder file;
  file.text("general.architecture", "llama")
      .u32("llama.block_count", 1)
      .u32("llama.context_length", 128)
      .u32("llama.embedding_length", 64)
      .u32("llama.feed_forward_length", 64)
      .u32("llama.attention.head_count", 4)
      .number<float>("llama.attention.layer_norm_rms_epsilon", models::GgufType::Float32, 1e-5F)
      .text("tokenizer.ggml.model", "gpt2")
      .text("tokenizer.ggml.pre", pre_tokenizer)
      .strings("tokenizer.ggml.tokens", tokens)
      .i32s("tokenizer.ggml.token_type", types)
      .strings("tokenizer.ggml.merges", merges)
      .u32("tokenizer.ggml.bos_token_id", 1)
      .u32("tokenizer.ggml.eos_token_id", 2);
  const fs::path path = fs::temp_directory_path() / ("pcai-words-" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << file.header();
  return path;
}

Vocabulary vocabulary(const std::string& pre_tokenizer) {
  const fs::path file = vocabulary_file(pre_tokenizer);
  Vocabulary loaded(file);
  fs::remove(file);
  return loaded;
}

class PreTokenizersTest : public testing::Test {
 protected:
  void SetUp() override { backend::llamacpp::capture_llama_log(); }

  /// One name for each list of patterns.
  static const std::map<Patterns, std::string>& all() {
    static const std::map<Patterns, std::string> all = [] {
      std::map<Patterns, std::string> made;
      for (const std::string& name : names()) {
        const Vocabulary loaded = vocabulary(name);
        if (!loaded.loaded()) throw std::runtime_error("cannot load " + name);
        loaded.tokens("a");
        made.emplace(last_patterns(), name);
      }
      return made;
    }();
    return all;
  }

  static std::uint32_t seed() {
    static const std::uint32_t seed = std::random_device{}();
    RecordProperty("seed", std::to_string(seed));
    return seed;
  }
};

TEST_F(PreTokenizersTest, AllOfTheSourceAreTried) {
  EXPECT_GE(names().size(), 60U);
  EXPECT_GE(all().size(), 30U);
}

TEST_F(PreTokenizersTest, RandomTextsAreCutAsLlamaCppCutsThem) {
  const char* const wanted = std::getenv("PCAI_WORD_TEXTS");
  const int texts = wanted != nullptr ? std::atoi(wanted) : 1500;
  ASSERT_GT(texts, 0);
  std::printf("seed %u, %d texts for each of %zu\n", seed(), texts, all().size());
  for (const auto& [patterns, name] : all()) {
    RandomTexts random(seed());
    int given_up = 0;  // by llama.cpp alone: std::regex refuses what it would take too long for
    for (int i = 0; i < texts; ++i) {
      const std::string text = random.next();
      std::vector<std::string> expected;
      try {
        expected = llama_split_words(text, patterns, i % 2 == 0);
      } catch (const std::invalid_argument&) {  // bytes beyond the last code point
        EXPECT_NO_THROW(split_words(text, patterns, true));
        continue;
      } catch (const std::runtime_error&) {
        EXPECT_NO_THROW(split_words(text, patterns, true));
        ++given_up;
        continue;
      }
      ASSERT_EQ(split_words(text, patterns, i % 2 == 0), expected)
          << name << ", seed " << seed() << ", text " << i << ": " << testing::PrintToString(text);
    }
    EXPECT_LE(given_up, texts / 100) << name;
  }
}

TEST_F(PreTokenizersTest, RandomTextsHaveTheSameTokens) {
  for (const auto& [patterns, name] : all()) {
    if (name == "whitespace") continue;  // two blanks end llama.cpp alone
    const Vocabulary loaded = vocabulary(name);
    RandomTexts random(seed());
    for (int i = 0; i < 100; ++i) {
      const std::string text = random.next();
      const std::vector<llama_token> tokens = loaded.tokens(text, i % 2 == 0);
      const ByLlamaItself by_itself;
      ASSERT_EQ(tokens, loaded.tokens(text, i % 2 == 0))
          << name << ", seed " << seed() << ": " << text;
    }
  }
}

TEST_F(PreTokenizersTest, HundredKilobytesOfOneKindHaveTokensOnASmallStack) {
  const std::vector<std::string> kinds = {"a",       "A", "1",      " ",   ".",        "\n",
                                          "中",      "é", "\t",     "'",   "a ",       "1a",
                                          "a\u0301", "👍", "\u0301", "  x", "<|user|>", "\n\n"};
  for (const auto& [patterns, name] : all()) {
    SCOPED_TRACE(name);
    const Vocabulary loaded = vocabulary(name);
    const backend::llamacpp::Tokenizer tokenizer(loaded.model());
    on_small_stack([&] {
      for (const std::string& kind : kinds) {
        std::string text;
        while (text.size() < 100'000) text += kind;
        const auto tokens = tokenizer.tokenize(text);
        ASSERT_TRUE(tokens) << tokens.error().message;
        EXPECT_GT(tokens->size(), 1000U) << kind;
      }
    });
  }
}

TEST_F(PreTokenizersTest, AMegabyteOfOneKindIsCutOnASmallStack) {
  for (const auto& [patterns, name] : all()) {
    SCOPED_TRACE(name);
    on_small_stack([&, &list = patterns] {
      for (const std::string kind : {"a", "A", "1", " ", ".", "a\u0301 "}) {
        std::string text = "x";
        while (text.size() < 1'000'000) text += kind;
        text += '5';  // so that what looks for an end of blanks does not find one
        std::size_t length = 0;
        for (const std::string& word : split_words(text, list, false)) length += word.size();
        EXPECT_EQ(length, text.size()) << kind;
      }
    });
  }
}

TEST_F(PreTokenizersTest, ManySpecialTokensAreFoundAsLlamaCppFindsThem) {
  const Vocabulary loaded = vocabulary("gpt-2");
  const backend::llamacpp::Tokenizer tokenizer(loaded.model());
  std::mt19937 random(seed());
  const std::vector<std::string> pieces = {"<s>", "</s>",  "<|user|>", "\n\n", "\n", "<s",   "> <",
                                           "> ",  "hello", " ",        "a",    "<",  "<unk>"};
  for (const bool parse_special : {false, true}) {
    std::string text;
    while (text.size() < 20'000) text += pieces[random() % pieces.size()];
    EXPECT_EQ(tokenizer.tokenize(text, false, parse_special).value(),
              loaded.tokens(text, parse_special))
        << "seed " << seed();
  }
}

TEST_F(PreTokenizersTest, AMillionSpecialTokensTakeNoLongerThanTheirNumber) {
  // llama.cpp alone walks through all that it has found for each that it finds: this takes hours.
  const Vocabulary loaded = vocabulary("gpt-2");
  const backend::llamacpp::Tokenizer tokenizer(loaded.model());
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "a\n\n";
  EXPECT_EQ(tokenizer.tokenize(text, false, false).value().size(), 2'000'000U);
}

}  // namespace
}  // namespace pcai::test

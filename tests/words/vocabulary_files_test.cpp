// llama.cpp's own vocabularies, with texts and the tokens that they must give.
// vocabulary_files_test.py gets them and says in PCAI_VOCABULARIES where they are.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/tokens/tokenizer.h"
#include "words/random_text.h"
#include "words/switched_words.h"
#include "words/vocabulary.h"

namespace pcai::test {
namespace {

namespace fs = std::filesystem;
using Tokens = std::vector<llama_token>;

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

std::vector<std::string> texts(const fs::path& file) {
  const std::string all = content(file);
  const std::string mark = "\n__ggml_vocab_test__\n";
  std::vector<std::string> texts;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = all.find(mark, begin)) != std::string::npos;) {
    texts.push_back(all.substr(begin, end - begin));
    begin = end + mark.size();
  }
  if (begin < all.size()) texts.push_back(all.substr(begin));  // not every file ends with a mark
  return texts;
}

std::vector<Tokens> expected(const fs::path& file) {
  std::vector<Tokens> all;
  std::istringstream lines(content(file));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    Tokens& tokens = all.emplace_back();
    for (llama_token token = 0; numbers >> token;) tokens.push_back(token);
  }
  return all;
}

class VocabularyFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    const char* const folder = std::getenv("PCAI_VOCABULARIES");
    if (folder == nullptr) GTEST_SKIP() << "PCAI_VOCABULARIES names no folder";
    backend::llamacpp::capture_llama_log();
    for (const auto& file : fs::directory_iterator(folder)) {
      if (file.path().extension() == ".gguf") files_.push_back(file.path());
    }
    std::sort(files_.begin(), files_.end());
    ASSERT_GE(files_.size(), 19U);
  }

  std::vector<fs::path> files_;
};

TEST_F(VocabularyFilesTest, TextsHaveTheTokensThatAreWrittenDownBesideThem) {
  int compared = 0;
  for (const fs::path& file : files_) {
    if (!fs::exists(file.string() + ".out")) continue;
    SCOPED_TRACE(file.filename());
    const Vocabulary vocabulary(file);
    ASSERT_TRUE(vocabulary.loaded());
    const backend::llamacpp::Tokenizer tokenizer(vocabulary.model());
    const auto inputs = texts(file.string() + ".inp");
    const auto outputs = expected(file.string() + ".out");
    ASSERT_EQ(inputs.size(), outputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_EQ(tokenizer.tokenize(inputs[i], false, false).value(), outputs[i]) << inputs[i];
      ++compared;
    }
  }
  EXPECT_GT(compared, 500);
}

TEST_F(VocabularyFilesTest, RandomTextsHaveTheTokensThatLlamaCppAloneGivesThem) {
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  SCOPED_TRACE("seed " + std::to_string(seed));
  for (const fs::path& file : files_) {
    SCOPED_TRACE(file.filename());
    const Vocabulary vocabulary(file);
    if (!vocabulary.loaded()) continue;  // of a kind that llama.cpp has given up
    RandomTexts texts(seed);
    for (int i = 0; i < 400; ++i) {
      const std::string text = texts.next();
      const Tokens ours = vocabulary.tokens(text, i % 2 == 0);
      const ByLlamaItself by_itself;
      ASSERT_EQ(ours, vocabulary.tokens(text, i % 2 == 0)) << text;
    }
  }
}

}  // namespace
}  // namespace pcai::test

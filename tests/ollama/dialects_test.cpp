#include "ollama/dialects.h"

#include <gtest/gtest.h>

#include "core/parameters/parameters.h"
#include "core/path.h"

namespace pcai::ollama {
namespace {

void expect_complete(const api::Dialect& dialect, std::span<const std::string_view> paths) {
  for (const std::string_view path : paths) {
    EXPECT_TRUE(dialect.name_of(path).has_value()) << path;
  }
}

TEST(OllamaDialectsTest, EachHasAWordForAllThatTheCoreMayName) {
  for (const api::Dialect* const dialect : {&kOllamaChatDialect, &kOllamaGenerateDialect}) {
    expect_complete(*dialect, kGeneratePaths);
    expect_complete(*dialect, parameter_paths());
  }
  expect_complete(kOllamaEmbedDialect, kEmbedPaths);
  expect_complete(kOllamaEmbeddingsDialect, kEmbedPaths);
}

TEST(OllamaDialectsTest, SamplersAreOptions) {
  EXPECT_EQ(kOllamaChatDialect.name_of("top_p"), "options.top_p");
  EXPECT_EQ(kOllamaGenerateDialect.name_of("max_tokens"), "options.num_predict");
  EXPECT_EQ(kOllamaEmbeddingsDialect.name_of("inputs[0]"), "prompt");
}

}  // namespace
}  // namespace pcai::ollama

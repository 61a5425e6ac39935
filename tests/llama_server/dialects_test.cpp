#include "llama_server/dialects.h"

#include <gtest/gtest.h>

#include "core/parameters/parameters.h"
#include "core/path.h"

namespace pcai::llama_server {
namespace {

TEST(LlamaServerDialectsTest, EachHasAWordForAllThatTheCoreMayName) {
  for (const api::Dialect* const dialect : {&kLlamaCompletionDialect, &kLlamaInfillDialect}) {
    for (const std::string_view path : kGeneratePaths) {
      EXPECT_TRUE(dialect->name_of(path).has_value()) << path;
    }
    for (const std::string_view path : parameter_paths()) {
      EXPECT_TRUE(dialect->name_of(path).has_value()) << path;
    }
  }
}

TEST(LlamaServerDialectsTest, FieldsHaveLlamaServersNames) {
  EXPECT_EQ(kLlamaCompletionDialect.name_of("max_tokens"), "n_predict");
  EXPECT_EQ(kLlamaCompletionDialect.name_of("top_p"), "top_p");
  EXPECT_EQ(kLlamaInfillDialect.name_of("suffix"), "input_suffix");
}

}  // namespace
}  // namespace pcai::llama_server

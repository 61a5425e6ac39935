#include "anthropic/dialect.h"

#include <gtest/gtest.h>

#include "core/parameters/parameters.h"
#include "core/path.h"

namespace pcai::anthropic {
namespace {

TEST(AnthropicDialectTest, ItHasAWordForAllThatTheCoreMayName) {
  for (const std::string_view path : kGeneratePaths) {
    EXPECT_TRUE(kAnthropicDialect.name_of(path).has_value()) << path;
  }
  for (const std::string_view path : parameter_paths()) {
    EXPECT_TRUE(kAnthropicDialect.name_of(path).has_value()) << path;
  }
}

TEST(AnthropicDialectTest, OtherSamplersAreNotTheClients) {
  EXPECT_EQ(kAnthropicDialect.name_of("min_p"), "");
  EXPECT_EQ(kAnthropicDialect.name_of("stop[3]"), "stop_sequences[3]");
}

}  // namespace
}  // namespace pcai::anthropic

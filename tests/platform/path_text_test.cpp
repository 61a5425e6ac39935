#include "platform/path_text.h"

#include <gtest/gtest.h>

namespace pcai::platform {
namespace {

TEST(PathTextTest, IsUtf8BothWays) {
  const std::string text = "Zoë/模型/😀.gguf";
  EXPECT_EQ(path_text(std::filesystem::path(u8"Zoë") / u8"模型" / u8"😀.gguf"), text);
  EXPECT_EQ(text_path(text), std::filesystem::path(u8"Zoë/模型/😀.gguf"));
  EXPECT_EQ(path_text(""), "");
}

}  // namespace
}  // namespace pcai::platform

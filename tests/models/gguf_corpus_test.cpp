#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

// The fuzzer's own check (fuzz_gguf.cpp), which ends the process where it fails.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace pcai::models {
namespace {

TEST(GgufCorpusTest, EveryFileThatTheFuzzerKeptIsReadOrRefused) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(PCAI_GGUF_CORPUS)) {
    SCOPED_TRACE(entry.path().filename().string());
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    const std::string bytes = text.str();
    EXPECT_EQ(
        LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()),
        0);
    ++files;
  }
  EXPECT_GT(files, 50U);
}

}  // namespace
}  // namespace pcai::models

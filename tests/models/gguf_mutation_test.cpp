#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "models/gguf/gguf_reader.h"
#include "models/gguf_builder.h"
#include "models/model_folders.h"

namespace pcai::models {
namespace {

/// A header in memory, followed by zeros up to the size of its file.
class SparseSource final : public ByteSource {
 public:
  SparseSource(const std::string& header, std::uint64_t size) : header_(header), size_(size) {}

  std::uint64_t size() const noexcept override { return size_; }

  std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept override {
    if (offset >= size_) return 0;
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, size_ - offset));
    std::fill_n(into, count, '\0');
    MemorySource(header_).read_at(offset, into, count);
    return count;
  }

 private:
  const std::string& header_;
  std::uint64_t size_;
};

/// The default model's real header, its end included.
class GgufMutationTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(default_model_path(), std::ios::binary);
    if (!file) GTEST_SKIP() << "get the model with tools/get_default_model";
    size_ = std::filesystem::file_size(default_model_path());
    header_.resize(2 << 20);
    file.read(header_.data(), static_cast<std::streamsize>(header_.size()));
    const auto whole = read(header_);
    ASSERT_TRUE(whole) << whole.error().message;
    header_.resize(whole->data_offset);
  }

  Result<GgufFile> read(const std::string& header) const {
    SparseSource source(header, size_);
    return read_gguf(source);
  }

  /// The header with these bytes in place of those at `at`.
  std::string with(std::size_t at, const std::string& bytes) const {
    std::string changed = header_;
    changed.replace(at, bytes.size(), bytes);
    return changed;
  }

  /// Where the value of a key begins, behind its type.
  std::size_t value_of(const std::string& key) const {
    const std::size_t at = header_.find(test::gguf_text(key));
    EXPECT_NE(at, std::string::npos) << key;
    return at + 8 + key.size() + 4;
  }

  std::string header_;
  std::uint64_t size_ = 0;
};

TEST_F(GgufMutationTest, RandomDamageIsAcceptedOrRefusedClearlyButNeverCrashes) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  const auto up_to = [&](std::size_t count) { return std::size_t{random()} % count; };
  static constexpr std::uint64_t kNastyNumbers[] = {
      0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 1ULL << 32, 1ULL << 61, 1ULL << 63, ~0ULL};
  int refused = 0;
  for (int round = 0; round < 400; ++round) {
    std::string changed = header_;
    for (std::size_t i = 0, count = 1 + up_to(4); i < count; ++i) {
      // The strings of the vocabulary are most of the header; the rest is at its ends.
      const std::size_t span =
          up_to(3) == 0 ? changed.size() : std::min<std::size_t>(changed.size(), 2048);
      const std::size_t at = up_to(2) == 0 ? up_to(span) : changed.size() - 1 - up_to(span);
      switch (up_to(4)) {
        case 0: changed[at] = static_cast<char>(random()); break;
        case 1: changed[at] = static_cast<char>(changed[at] ^ (1 << up_to(8))); break;
        case 2: {
          const std::string number = test::bytes(kNastyNumbers[up_to(std::size(kNastyNumbers))]);
          changed.replace(at, number.size(), number);
          break;
        }
        default: changed.erase(at, 1 + up_to(16)); break;
      }
    }
    const auto file = read(changed);
    if (file) continue;
    ++refused;
    ASSERT_EQ(file.error().code, ErrorCode::InvalidModel) << "round " << round;
    ASSERT_FALSE(file.error().message.empty()) << "round " << round;
    ASSERT_EQ(file.error().message.find('\n'), std::string::npos) << "round " << round;
  }
  EXPECT_GT(refused, 100);
}

TEST_F(GgufMutationTest, EachDeadlyFieldIsRefused) {
  const auto refuses = [&](std::size_t at, const std::string& bytes, const char* what) {
    EXPECT_FALSE(read(with(at, bytes))) << what;
  };
  const auto u32 = [](std::uint32_t value) { return test::bytes(value); };
  const auto u64 = [](std::uint64_t value) { return test::bytes(value); };
  refuses(0, "GGUG", "magic");
  refuses(4, u32(1), "version");
  refuses(8, u64(1ULL << 60), "tensor count");
  refuses(16, u64(~0ULL), "key count");
  refuses(24, u64(0), "length of the first key");
  refuses(24, u64(1ULL << 40), "length of the first key");
  refuses(value_of("general.architecture") - 4, u32(77), "type of a value");
  refuses(value_of("general.name"), u64(1ULL << 50), "length of a string");
  refuses(value_of("tokenizer.ggml.tokens") + 4, u64(1ULL << 63), "length of an array");
  refuses(value_of("tokenizer.ggml.tokens"), u32(9), "array of arrays");
  refuses(value_of("tokenizer.ggml.tokens") + 12, u64(1 << 20), "length of a token");
  refuses(value_of("llama.block_count"), u32(513), "layers");
  refuses(value_of("llama.attention.head_count"), u32(0), "heads");
  refuses(value_of("llama.attention.head_count_kv"), u32(2), "KV heads");
  const std::size_t tensor = header_.find(test::gguf_text("output_norm.weight")) + 8 + 18;
  refuses(tensor, u32(5), "dimensions");
  refuses(tensor + 4, u64(~0ULL), "size of a dimension");
  refuses(tensor + 12, u32(200), "type of a tensor");
  refuses(tensor + 16, u64(0), "offset into another tensor");
  refuses(tensor + 16, u64(~0ULL - 31), "offset past the end");
  refuses(tensor + 16, u64(33), "unaligned offset");
}

}  // namespace
}  // namespace pcai::models

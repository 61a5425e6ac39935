#include "models/gguf/gguf_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "models/gguf_builder.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

using test::bytes;
using test::gguf_text;
using test::GgufBuilder;
using testing::HasSubstr;

Result<GgufFile> read(const std::string& content) {
  MemorySource source(content);
  return read_gguf(source);
}

TEST(GgufReaderTest, ReadsValuesAndTensorsOfAGoodFile) {
  test::GgufBuilder builder = test::GgufBuilder::tiny_model();
  builder.i32("a.negative", -5)
      .number<std::uint64_t>("a.big", GgufType::UInt64, 1ULL << 63)
      .number("a.float", GgufType::Float32, 0.5F)
      .number<std::uint8_t>("a.bool", GgufType::Bool, 1)
      .i32s("a.list", {1, -2, 3});
  const std::string content = builder.build();
  const auto file = read(content);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->version, 3U);
  EXPECT_EQ(file->size_bytes, content.size());
  EXPECT_EQ(file->architecture(), "llama");
  EXPECT_EQ(file->number("llama.block_count"), 2U);
  EXPECT_EQ(std::get<std::int64_t>(file->find("a.negative")->data), -5);
  EXPECT_EQ(file->number("a.negative"), std::nullopt);
  EXPECT_EQ(file->number("a.big"), 1ULL << 63);
  EXPECT_EQ(std::get<double>(file->find("a.float")->data), 0.5);
  EXPECT_TRUE(std::get<bool>(file->find("a.bool")->data));
  EXPECT_EQ(file->array("a.list")->integers, (std::vector<std::int64_t>{1, -2, 3}));
  EXPECT_EQ(file->array("tokenizer.ggml.tokens")->count, 4U);
  EXPECT_EQ(*file->text("tokenizer.chat_template"), "{{ messages }}");
  ASSERT_EQ(file->tensors.size(), 2U);
  EXPECT_EQ(file->tensors[0].name, "token_embd.weight");
  EXPECT_EQ(file->tensors[0].type->name, "Q4_1");
  EXPECT_EQ(file->tensors[0].size_bytes, 64U * 4 / 32 * 20);
  EXPECT_EQ(file->tensors[1].elements, 64U);
  EXPECT_EQ(file->data_offset % 32, 0U);
}

TEST(GgufReaderTest, WhatIsNoGgufIsCalledByItsNameWhereItIsKnown) {
  const auto refusal = [](std::string_view content) {
    const auto file = read(std::string(content) + std::string(64, ' '));
    return file ? "" : file.error().message;
  };
  EXPECT_THAT(refusal("lmgg"), testing::HasSubstr("ggml's older format"));
  EXPECT_THAT(refusal("version https://git-lfs"), testing::HasSubstr("Git LFS's pointer"));
  EXPECT_THAT(refusal("<!DOCTYPE html>"), testing::HasSubstr("web page"));
  EXPECT_THAT(refusal("PK\x03\x04"), testing::HasSubstr("ZIP archive"));
  EXPECT_THAT(refusal("abcd"), testing::EndsWith("(its magic is 'abcd')"));
}

TEST(GgufReaderTest, AcceptsVersionTwoAndOtherAlignments) {
  test::GgufBuilder builder;
  builder.version = 2;
  builder.alignment = 4096;
  builder.u32("general.alignment", 4096).tensor("a", {32}, 0).tensor("b", {32}, 0);
  const auto file = read(builder.build());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->data_offset, 4096U);
  EXPECT_EQ(file->tensors[1].offset, 4096U);
}

TEST(GgufReaderTest, ItsTensorsAreAlignedAsTheFileLaysThemNotAsItSays) {
  const auto aligned_to = [](std::uint32_t alignment, std::uint64_t bytes) {
    test::GgufBuilder builder;
    builder.alignment = alignment;
    builder.u32("general.alignment", alignment).tensor("a", {2}, 0).tensor("mark", {0}, 0);
    const auto file = read(builder.tensor("b", {2}, 0).build());
    EXPECT_TRUE(file) << file.error().message;
    return file && file->is_aligned_to(bytes);
  };
  EXPECT_TRUE(aligned_to(64, 32));
  EXPECT_TRUE(aligned_to(32, 32));
  EXPECT_FALSE(aligned_to(8, 32));
  EXPECT_TRUE(aligned_to(8, 8));
}

TEST(GgufReaderTest, EveryTruncationOfAFileIsRefused) {
  const std::string content = test::GgufBuilder::tiny_model().build();
  for (std::size_t size = 0; size < content.size(); ++size) {
    // The last tensor's data is followed by nothing, so each byte of the file is needed.
    const auto file = read(content.substr(0, size));
    ASSERT_FALSE(file) << "accepted with " << size << " of " << content.size() << " bytes";
    ASSERT_EQ(file.error().code, ErrorCode::InvalidModel);
    ASSERT_FALSE(file.error().message.empty());
  }
  EXPECT_TRUE(read(content));
}

TEST(GgufReaderTest, StringsLongerThanTheBufferComeWhole) {
  std::string license(700'000, '.');
  for (std::size_t i = 0; i < license.size(); ++i) license[i] = static_cast<char>('a' + i % 26);
  const auto file = read(test::GgufBuilder::tiny_model().text("general.license", license).build());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(*file->text("general.license"), license);
}

TEST(GgufReaderTest, LongArraysAreSkippedRightly) {
  std::vector<std::int32_t> many(300'000, 7);
  const auto file =
      read(test::GgufBuilder::tiny_model().i32s("a.many", many).u32("z.last", 9).build());
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->array("a.many")->count, many.size());
  EXPECT_TRUE(file->array("a.many")->integers.empty());
  EXPECT_EQ(file->number("z.last"), 9U);
}

TEST(GgufReaderTest, AHeaderOverTheLimitIsRefusedWithoutReadingIt) {
  class Huge final : public ByteSource {
   public:
    std::uint64_t size() const noexcept override { return 1ULL << 40; }
    std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept override {
      most_read = std::max(most_read, offset + count);
      std::fill_n(into, count, '\0');
      if (offset < head.size()) head.copy(into, count, static_cast<std::size_t>(offset));
      return count;
    }
    std::string head = test::GgufBuilder()
                           .add_raw(test::gguf_text("k") + test::bytes<std::uint32_t>(8) +
                                    test::bytes<std::uint64_t>(1ULL << 39))
                           .header();
    std::uint64_t most_read = 0;
  } source;
  const auto file = read_gguf(source);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("header is over 128 MiB"));
  EXPECT_LT(source.most_read, 1U << 20);
}

TEST(GgufReaderTest, AFileThatShrinksWhileBeingReadIsRefused) {
  class Shrinking final : public ByteSource {
   public:
    std::uint64_t size() const noexcept override { return 10'000; }
    std::size_t read_at(std::uint64_t offset, char* into, std::size_t count) noexcept override {
      return MemorySource(content).read_at(offset, into, count);
    }
    std::string content = test::GgufBuilder::tiny_model().header().substr(0, 200);
  } source;
  const auto file = read_gguf(source);
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("cannot be read at byte 200"));
}

TEST(GgufReaderTest, TheMessageNamesTheFileAndIsOneLine) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("bad\nname.gguf", "PK\x03\x04 and more, as in a ZIP file");
  const auto file = read_gguf(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message,
            (folder.path() / "bad?name.gguf").string() +
                ": not a GGUF file (its magic is 'PK\?\?'); it is a ZIP archive "
                "or a checkpoint of PyTorch");
}

TEST(GgufReaderTest, WhatIsNoRegularFileIsRefusedAtOnce) {
  const test::TemporaryFolder folder;
  const auto fifo = folder.path() / "fifo.gguf";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(read_gguf(fifo).error().message, HasSubstr("not a regular file"));
  EXPECT_THAT(read_gguf("/dev/zero").error().message, HasSubstr("not a regular file"));
  EXPECT_THAT(read_gguf(folder.path()).error().message, HasSubstr("is a folder"));
  EXPECT_THAT(read_gguf(folder.path() / "none.gguf").error().message, HasSubstr("no such file"));
  EXPECT_EQ(read_gguf(folder.path() / "none.gguf").error().code, ErrorCode::InvalidModel);
}

/// Something done to the tiny model, and a part of the message that it must lead to; an empty
/// message means that the file must still be accepted.
struct Change {
  std::string name;
  std::function<void(test::GgufBuilder&)> make;
  std::string message;
};

void PrintTo(const Change& change, std::ostream* out) {
  *out << change.name;
}

class GgufRuleTest : public testing::TestWithParam<Change> {};

TEST_P(GgufRuleTest, IsKept) {
  test::GgufBuilder builder = test::GgufBuilder::tiny_model();
  GetParam().make(builder);
  const auto file = read(builder.build());
  if (GetParam().message.empty()) {
    EXPECT_TRUE(file) << file.error().message;
  } else {
    ASSERT_FALSE(file) << "accepted";
    EXPECT_EQ(file.error().code, ErrorCode::InvalidModel);
    EXPECT_THAT(file.error().message, HasSubstr(GetParam().message));
  }
}

const std::vector<Change>& structure_changes() {
  using B = test::GgufBuilder;
  static const std::vector<Change> changes = {
      {"AnotherMagic", [](B& b) { b.magic = "GGML"; }, "not a GGUF file (its magic is 'GGML')"},
      {"VersionOne", [](B& b) { b.version = 1; }, "GGUF version 1;"},
      {"VersionFour", [](B& b) { b.version = 4; }, "GGUF version 4;"},
      {"BigEndian", [](B& b) { b.version = 0x03000000; }, "big-endian"},
      {"TooManyKeys", [](B& b) { b.stated_keys = 1ULL << 40; },
       "keys, more than the file can hold"},
      {"NegativeKeys", [](B& b) { b.stated_keys = ~0ULL; }, "keys, more than the file can hold"},
      {"TooManyTensors", [](B& b) { b.stated_tensors = ~0ULL; },
       "tensors, more than the file can hold"},
      {"OneKeyTooFew", [](B& b) { b.stated_keys = 11; }, "tensor 'tokenizer.chat_template' has"},
      {"EmptyKey", [](B& b) { b.u32("", 1); }, "has a length of 0 bytes"},
      {"LongestKey", [](B& b) { b.u32(std::string(65'535, 'k'), 1); }, ""},
      {"TooLongKey", [](B& b) { b.u32(std::string(65'536, 'k'), 1); }, "has a length of 65536"},
      {"EndlessKey", [](B& b) { b.add_raw(test::bytes(~0ULL)); },
       "has a length of 18446744073709551615"},
      {"KeyIsNotUtf8", [](B& b) { b.u32("a\xFFz", 1); }, "'a?z', is not plain UTF-8"},
      {"KeyHasAZeroByte", [](B& b) { b.u32(std::string("a\0b", 3), 1); }, "not plain UTF-8"},
      {"KeyTwice",
       [](B& b) { b.add_raw(test::gguf_text("general.name") + test::bytes(4U) + test::bytes(1U)); },
       "the key 'general.name' twice"},
      {"UnknownValueType", [](B& b) { b.raw("a", 13, test::bytes(1U)); },
       "'a' has the unknown type 13"},
      {"BoolOfTwo", [](B& b) { b.raw("a", 7, "\x02"); }, "'a' is a bool of value 2"},
      {"EndlessString", [](B& b) { b.raw("a", 8, test::bytes(1ULL << 62)); }, "cut short"},
      {"ArrayOfArrays",
       [](B& b) { b.array("a", GgufType::Array, 1, test::bytes(4U) + test::bytes(0ULL)); },
       "'a' is an array of arrays"},
      {"ArrayOfUnknownType", [](B& b) { b.array("a", GgufType(99), 1, "x"); }, "unknown type 99"},
      {"EndlessArray", [](B& b) { b.array("a", GgufType::UInt8, 1ULL << 63, ""); },
       "'a' states 9223372036854775808 elements"},
      {"ArrayWhoseBytesOverflow", [](B& b) { b.array("a", GgufType::UInt64, 1ULL << 61, ""); },
       "'a' states"},
      {"EndlessStringArray", [](B& b) { b.array("a", GgufType::String, 1ULL << 61, ""); },
       "'a' states"},
      {"StringArrayPastTheEnd",
       [](B& b) { b.array("a", GgufType::String, 1, test::bytes(1ULL << 63)); }, "cut short"},
      {"EmptyArray", [](B& b) { b.array("a", GgufType::Float64, 0, ""); }, ""},
      {"AlignmentOfZero", [](B& b) { b.u32("general.alignment", 0); }, "'general.alignment' is 0"},
      {"AlignmentOfFour", [](B& b) { b.u32("general.alignment", 4); }, ""},
      {"AlignmentNotAPower", [](B& b) { b.u32("general.alignment", 48); }, "is 48, not a power"},
      {"HugeAlignment", [](B& b) { b.u32("general.alignment", 1U << 31); },
       "not a power of two from"},
      {"AlignmentOfWrongType",
       [](B& b) { b.number<std::uint64_t>("general.alignment", GgufType::UInt64, 32); },
       "not a uint32"},
  };
  return changes;
}

const std::vector<Change>& tensor_changes() {
  using B = test::GgufBuilder;
  static const std::vector<Change> changes = {
      {"EmptyTensorName", [](B& b) { b.tensor("", {32}, 0); }, "has a name of 0 bytes"},
      {"LongestTensorName", [](B& b) { b.tensor(std::string(63, 't'), {32}, 0); }, ""},
      {"TooLongTensorName", [](B& b) { b.tensor(std::string(64, 't'), {32}, 0); },
       "name of 64 bytes"},
      {"TensorNameHasAZeroByte", [](B& b) { b.tensor(std::string("a\0b", 3), {32}, 0); },
       "not plain"},
      {"TensorTwice", [](B& b) { b.tensor("output_norm.weight", {32}, 0); },
       "the tensor 'output_norm.weight' twice"},
      {"NoDimensions", [](B& b) { b.tensor("t", {}, 0); }, "'t' has 0 dimensions"},
      {"FiveDimensions",
       [](B& b) {
         b.tensor("t", {1, 1, 1, 1, 1}, 0);
       },
       "'t' has 5 dimensions"},
      {"EmptyDimension",
       [](B& b) {
         b.tensor("t", {32, 0}, 0);
       },
       ""},
      {"EmptyDimensionsOfAnyOrder",
       [](B& b) {
         b.tensor("t", {0, 5, 0, 1ULL << 40}, 0).tensor("u", {0}, 3).tensor("v", {32}, 0);
       },
       ""},
      {"NegativeDimensionBesideAnEmptyOne",
       [](B& b) {
         b.tensor("t", {0, ~0ULL}, 0);
       },
       "impossible size"},
      {"EmptyTensorOutOfPlace", [](B& b) { b.tensor("t", {0}, 0, 32); }, "'t' begins at 32"},
      {"TensorsThatAreNotInTheirOrder",
       [](B& b) {
         b.no_tensors().tensor("a", {32}, 0).tensor("b", {8}, 0, 288).tensor("c", {40}, 0);
       },
       "'b'"},
      {"NegativeDimension", [](B& b) { b.tensor("t", {~0ULL}, 24, 0); }, "impossible size"},
      {"DimensionsWhoseProductOverflows",
       [](B& b) {
         b.tensor("t", {1ULL << 32, 1ULL << 32}, 0, 0);
       },
       "in dimension 1"},
      {"BytesThatOverflow", [](B& b) { b.tensor("t", {1ULL << 62}, 28, 0); }, "over 2^64 bytes"},
      {"UnknownTensorType", [](B& b) { b.tensor("t", {32}, 43); }, "'t' has the unknown type 43"},
      {"RemovedTensorType", [](B& b) { b.tensor("t", {32}, 4); }, "'t' has the unknown type 4"},
      {"HalfABlock", [](B& b) { b.tensor("t", {48}, 3); }, "rows of 48 elements, which Q4_1"},
      {"UnalignedTensor", [](B& b) { b.tensor("t", {32}, 0, 8); }, "unaligned offset 8"},
      {"TensorPastTheEnd", [](B& b) { b.tensor("t", {1 << 20}, 0, 0); }, "cut short: tensor 't'"},
      {"TensorFarPastTheEnd", [](B& b) { b.tensor("t", {32}, 0, ~0ULL - 31); },
       "cut short: tensor 't'"},
      {"OverlappingTensors", [](B& b) { b.tensor("t", {32}, 0, 32); }, "'t' overlap"},
      {"TensorsInAnotherOrder",
       [](B& b) {
         b.no_tensors().tensor("a", {32}, 0, 128).tensor("b", {64}, 0).tensor("c", {32}, 0, 256);
       },
       "tensor 'c'"},
  };
  return changes;
}

const std::vector<Change>& vocabulary_changes() {
  using B = test::GgufBuilder;
  static const std::string kTokens = "tokenizer.ggml.tokens";
  static const std::string kTypes = "tokenizer.ggml.token_type";
  static const std::vector<Change> changes = {
      {"NoVocabulary", [](B& b) { b.remove(kTokens); }, ""},
      {"EmptyVocabulary", [](B& b) { b.strings(kTokens, {}).remove(kTypes); }, "is empty"},
      {"TokensThatAreNotStrings",
       [](B& b) {
         b.i32s(kTokens, {1, 2, 3, 4});
       },
       "wrong type"},
      {"TokensThatAreNoArray", [](B& b) { b.u32(kTokens, 4); }, "wrong type"},
      {"FewerTypesThanTokens",
       [](B& b) {
         b.i32s(kTypes, {1, 1, 1});
       },
       "3 elements for 4 tokens"},
      {"TypesOfWrongType", [](B& b) { b.array(kTypes, GgufType::UInt32, 4, std::string(16, 1)); },
       "token_type is of the wrong type"},
      {"FewerScoresThanTokens",
       [](B& b) { b.array("tokenizer.ggml.scores", GgufType::Float32, 1, test::bytes(0.0F)); },
       "1 elements for 4 tokens"},
      {"ScoresOfWrongType",
       [](B& b) {
         b.strings("tokenizer.ggml.scores", {"a", "b", "c", "d"});
       },
       "scores is of the wrong"},
      {"TooManyTokens",
       [](B& b) {
         b.array(kTokens, GgufType::String, (1 << 20) + 1, std::string(8 * ((1 << 20) + 1), '\0'));
       },
       "the maximum is 1048576"},
      {"TooLongToken",
       [](B& b) {
         b.strings(kTokens, {"a", "b", "c", std::string(65'537, 'x')});
       },
       "has at 3 a token of 65537 bytes"},
      {"TheSameTokenTwice",
       [](B& b) {
         b.strings(kTokens, {"<s>", "a", "a", "<0x0A>"});
       },
       "tokens 1 and 2 are the same"},
      {"TheSameTokenAsCStrings",
       [](B& b) {
         b.strings(kTokens, {"<s>", "a", std::string("a\0b", 3), "<0x0A>"});
       },
       "tokens 1 and 2 are the same"},
      {"SeveralEmptyTokens",
       [](B& b) {
         b.strings(kTokens, {"<s>", "", "", "<0x0A>"});
       },
       ""},
      {"AnEmptyTokenAndItsLaterName",
       [](B& b) {
         b.strings(kTokens, {"<s>", "", "[EMPTY_1]", "<0x0A>"});
       },
       "are the same"},
      {"ByteTokenWithOneDigit",
       [](B& b) {
         b.strings(kTokens, {"<s>", "a", "b", "<0xA>"});
       },
       "token 3 is a byte but does not read <0xHH>"},
      {"ByteTokenWithASign",
       [](B& b) {
         b.strings(kTokens, {"<s>", "a", "b", "<0x-1>"});
       },
       "token 3 is a byte"},
      {"ByteTokenTooShort",
       [](B& b) {
         b.strings(kTokens, {"<s>", "a", "b", "c"});
       },
       "token 3 is a byte"},
      {"SpecialTokenOutside", [](B& b) { b.u32("tokenizer.ggml.bos_token_id", 4); }, ""},
      {"SpecialTokenNegative", [](B& b) { b.i32("tokenizer.ggml.bos_token_id", -2); }, ""},
      {"SpecialTokenOfText", [](B& b) { b.text("tokenizer.ggml.bos_token_id", "1"); },
       "is not a token"},
      {"SpecialTokenNone", [](B& b) { b.u32("tokenizer.ggml.bos_token_id", 0xFFFFFFFF); }, ""},
      {"LongestTemplate",
       [](B& b) { b.text("tokenizer.chat_template", std::string(1 << 20, 'x')); }, ""},
      {"TooLongTemplate",
       [](B& b) { b.text("tokenizer.chat_template", std::string((1 << 20) + 1, 'x')); },
       "'tokenizer.chat_template' is over"},
      {"TooLongNamedTemplate",
       [](B& b) { b.text("tokenizer.chat_template.tool_use", std::string((1 << 20) + 1, 'x')); },
       "'tokenizer.chat_template.tool_use' is over"},
      {"TemplateThatIsNoText", [](B& b) { b.u32("tokenizer.chat_template", 1); }, "not a string"},
      {"TemplateThatIsNotUtf8", [](B& b) { b.text("tokenizer.chat_template", "\xC0\x80"); },
       "not UTF-8"},
  };
  return changes;
}

const std::vector<Change>& hyperparameter_changes() {
  using B = test::GgufBuilder;
  static const std::vector<Change> changes = {
      {"ArchitectureOfWrongType", [](B& b) { b.u32("general.architecture", 1); }, "not a string"},
      {"ArchitectureWithControlCharacters",
       [](B& b) { b.text("general.architecture", "a\x1B[31m"); }, "is not a name: 'a?[31m'"},
      {"NoLayers", [](B& b) { b.u32("llama.block_count", 0); },
       "'llama.block_count' is 0, not from 1"},
      {"TooManyLayers", [](B& b) { b.u32("llama.block_count", 513); }, "is 513, not from 1 to 512"},
      {"MostLayers", [](B& b) { b.u32("llama.block_count", 512); }, ""},
      {"NegativeLayers", [](B& b) { b.i32("llama.block_count", -1); }, "is not a whole number"},
      {"MoreExtraLayersThanLayers", [](B& b) { b.u32("llama.nextn_predict_layers", 3); },
       "is over its number of layers, 2"},
      {"NoContext", [](B& b) { b.u32("llama.context_length", 0); }, "context_length' is 0"},
      {"NoWidth", [](B& b) { b.u32("llama.embedding_length", 0); }, "embedding_length' is 0"},
      {"NoHeads", [](B& b) { b.u32("llama.attention.head_count", 0); }, "head_count' is 0"},
      {"NoHeadsInARecurrentModel",
       [](B& b) {
         b.u32("llama.attention.head_count", 0)
             .u32("llama.attention.head_count_kv", 0)
             .u32("llama.ssm.conv_kernel", 4);
       },
       ""},
      {"HeadsThatDoNotDivideTheWidth", [](B& b) { b.u32("llama.attention.head_count", 6); },
       "does not divide its embedding length, 64"},
      {"HeadsOfAGivenLength",
       [](B& b) {
         b.u32("llama.attention.head_count", 6)
             .u32("llama.attention.key_length", 128)
             .u32("llama.attention.value_length", 128);
       },
       ""},
      {"KvHeadsThatDoNotDivide", [](B& b) { b.u32("llama.attention.head_count_kv", 3); },
       "is 3, which does not divide its 4 heads"},
      {"MoreKvHeadsThanHeads", [](B& b) { b.u32("llama.attention.head_count_kv", 8); },
       "does not divide"},
      {"HeadsPerLayer",
       [](B& b) {
         b.i32s("llama.attention.head_count", {4, 0}).i32s("llama.attention.head_count_kv", {2, 0});
       },
       ""},
      {"HeadsOfTooFewLayers", [](B& b) { b.i32s("llama.attention.head_count", {4}); },
       "is not one whole number for each layer"},
      {"HeadsOfALayerThatDoNotDivide",
       [](B& b) {
         b.i32s("llama.attention.head_count_kv", {2, 3});
       },
       "is 3, which does not divide"},
      {"NegativeHeadsOfALayer",
       [](B& b) {
         b.i32s("llama.attention.head_count_kv", {2, -2});
       },
       "is not one whole number for each layer"},
      {"TooManyExperts",
       [](B& b) { b.u32("llama.expert_count", 1025).u32("llama.expert_used_count", 2); },
       "is 1025, not from 0 to 1024"},
      {"MoreExpertsUsedThanThereAre",
       [](B& b) { b.u32("llama.expert_count", 8).u32("llama.expert_used_count", 9); },
       "is 9 of 8 experts"},
      {"NoExpertsUsed", [](B& b) { b.u32("llama.expert_count", 8); }, "is 0 of 8 experts"},
      {"Experts", [](B& b) { b.u32("llama.expert_count", 8).u32("llama.expert_used_count", 2); },
       ""},
      {"UnevenExpertGroups",
       [](B& b) {
         b.u32("llama.expert_count", 8)
             .u32("llama.expert_used_count", 2)
             .u32("llama.expert_group_count", 3);
       },
       "expert_group_count' is 3 for 8 experts"},
      {"UnknownRopeScaling", [](B& b) { b.text("llama.rope.scaling.type", "dynamic"); },
       "is not one of none, linear, yarn"},
      {"KnownRopeScaling", [](B& b) { b.text("llama.rope.scaling.type", "yarn"); }, ""},
      {"UnknownPooling", [](B& b) { b.u32("llama.pooling_type", 5); }, "is 5, not from 0 to 4"},
      {"SplitNumberOfWrongType", [](B& b) { b.u32("split.no", 0); }, "'split.no' is not a uint16"},
      {"SplitPastItsCount", [](B& b) { b.u16("split.no", 2).u16("split.count", 2); },
       "part 3 of 2"},
      {"SplitOfNone", [](B& b) { b.u16("split.no", 0).u16("split.count", 0); }, "part 1 of 0"},
      {"SplitWithTooFewTensors",
       [](B& b) { b.u16("split.no", 0).u16("split.count", 2).i32("split.tensors.count", 1); },
       "does not fit its 2 tensors"},
      {"AdapterScaleOfWrongType", [](B& b) { b.u32("adapter.lora.alpha", 1); }, "not a float32"},
      {"ProjectorSwitchOfWrongType", [](B& b) { b.u32("clip.has_vision_encoder", 1); },
       "not a bool"},
      {"ProjectorWithTooManyLayers",
       [](B& b) { b.text("general.architecture", "clip").u32("clip.vision.block_count", 513); },
       "is 513, not from 0 to 512"},
      {"ProjectorHeadsThatDoNotDivide",
       [](B& b) {
         b.text("general.architecture", "clip")
             .u32("clip.vision.attention.head_count", 16)
             .u32("clip.vision.attention.head_count_kv", 3);
       },
       "does not divide its 16 heads"},
  };
  return changes;
}

std::string name_of(const testing::TestParamInfo<Change>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Structure, GgufRuleTest, testing::ValuesIn(structure_changes()), name_of);
INSTANTIATE_TEST_SUITE_P(Tensors, GgufRuleTest, testing::ValuesIn(tensor_changes()), name_of);
INSTANTIATE_TEST_SUITE_P(Vocabulary, GgufRuleTest, testing::ValuesIn(vocabulary_changes()),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Hyperparameters, GgufRuleTest, testing::ValuesIn(hyperparameter_changes()),
                         name_of);

}  // namespace
}  // namespace pcai::models

#include "llamacpp/small_model.h"

#include <ggml.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

namespace pcai::test {
namespace {

constexpr std::uint64_t kLayers = 2;
constexpr std::uint32_t kHeads = 4;
constexpr std::uint32_t kCacheHeads = 2;  // that keys and values have

struct Tensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  ggml_type type;
};

/// The types of a layer's matrices.
struct MatrixTypes {
  ggml_type queries = GGML_TYPE_Q4_1;
  ggml_type keys = GGML_TYPE_Q4_1;
  ggml_type values = GGML_TYPE_Q4_1;
  ggml_type output = GGML_TYPE_Q4_1;
  ggml_type gate = GGML_TYPE_Q4_1;
  ggml_type up = GGML_TYPE_Q4_1;
  ggml_type down = GGML_TYPE_Q4_1;
};

std::vector<Tensor> tensors(std::uint64_t width, std::uint64_t inner, std::uint64_t vocabulary,
                            ggml_type embedding, const MatrixTypes& types) {
  const std::uint64_t keys = width / kHeads * kCacheHeads;
  std::vector<Tensor> result = {{"token_embd.weight", {width, vocabulary}, embedding},
                                {"output_norm.weight", {width}, GGML_TYPE_F32}};
  for (std::uint64_t i = 0; i < kLayers; ++i) {
    const std::string layer = "blk." + std::to_string(i) + ".";
    result.insert(result.end(), {{layer + "attn_norm.weight", {width}, GGML_TYPE_F32},
                                 {layer + "ffn_norm.weight", {width}, GGML_TYPE_F32},
                                 {layer + "attn_q.weight", {width, width}, types.queries},
                                 {layer + "attn_k.weight", {width, keys}, types.keys},
                                 {layer + "attn_v.weight", {width, keys}, types.values},
                                 {layer + "attn_output.weight", {width, width}, types.output},
                                 {layer + "ffn_gate.weight", {width, inner}, types.gate},
                                 {layer + "ffn_up.weight", {width, inner}, types.up},
                                 {layer + "ffn_down.weight", {inner, width}, types.down}});
  }
  return result;
}

struct Vocabulary {
  Vocabulary() {
    for (int i = 0; i < 256; ++i) {
      char text[8];
      std::snprintf(text, sizeof text, "<0x%02X>", i);
      tokens.emplace_back(text);
      types.push_back(6);
    }
    for (const char* const piece : {"\u2581", "a", "b", "\u2581a", "\u2581b", "ab", "\n"}) {
      tokens.emplace_back(piece);
      types.push_back(1);
    }
    for (std::size_t i = 0; i < tokens.size(); ++i) scores += bytes(-static_cast<float>(i));
  }

  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<std::int32_t> types = {2, 3, 3};
  std::string scores;
};

/// Everything but the tensors.
GgufBuilder keys(const std::string& architecture, bool is_bpe, std::uint32_t width,
                 std::uint32_t inner, const Vocabulary& vocabulary) {
  const std::string own = architecture + ".";
  GgufBuilder file;
  file.text("general.architecture", architecture)
      .u32(own + "block_count", kLayers)
      .u32(own + "context_length", 256)
      .u32(own + "embedding_length", width)
      .u32(own + "feed_forward_length", inner)
      .u32(own + "attention.head_count", kHeads)
      .u32(own + "attention.head_count_kv", kCacheHeads)
      .u32(own + "rope.dimension_count", width / kHeads)
      .number<float>(own + "attention.layer_norm_rms_epsilon", models::GgufType::Float32, 1e-5F)
      .number<float>(own + "attention.layer_norm_epsilon", models::GgufType::Float32, 1e-5F)
      .text("tokenizer.ggml.model", is_bpe ? "gpt2" : "llama")
      .strings("tokenizer.ggml.tokens", vocabulary.tokens)
      .i32s("tokenizer.ggml.token_type", vocabulary.types)
      .array("tokenizer.ggml.scores", models::GgufType::Float32, vocabulary.tokens.size(),
             vocabulary.scores)
      .u32("tokenizer.ggml.bos_token_id", 1)
      .u32("tokenizer.ggml.eos_token_id", 2)
      .u32("tokenizer.ggml.unknown_token_id", 0);
  if (is_bpe) file.strings("tokenizer.ggml.merges", {"a b"});
  return file;
}

/// A tensor's data: ones for a norm, else such numbers that a product is about as large as what
/// was multiplied.
std::string numbers(const Tensor& tensor, std::mt19937& random) {
  const std::uint64_t rows = tensor.shape.size() > 1 ? tensor.shape[1] : 1;
  std::vector<float> values(tensor.shape[0] * rows, 1.0F);
  if (rows > 1) {
    const float most = std::sqrt(3.0F / static_cast<float>(tensor.shape[0]));
    std::uniform_real_distribution<float> uniform(-most, most);
    for (float& value : values) value = uniform(random);
  }
  const auto columns = static_cast<std::int64_t>(tensor.shape[0]);
  std::string data(ggml_row_size(tensor.type, columns) * rows, '\0');
  ggml_quantize_chunk(tensor.type, values.data(), data.data(), 0, static_cast<std::int64_t>(rows),
                      columns, nullptr);
  return data;
}

/// The file of a llama with a context of 1,024.
std::string llama_with_numbers(ggml_type embedding, const MatrixTypes& types) {
  const Vocabulary vocabulary;
  GgufBuilder file = keys("llama", false, 256, 512, vocabulary);
  file.u32("llama.context_length", 1024);
  const std::vector<Tensor> all = tensors(256, 512, vocabulary.tokens.size(), embedding, types);
  for (const Tensor& tensor : all) file.tensor(tensor.name, tensor.shape, tensor.type);
  std::string content = file.header();
  std::mt19937 random(1);
  for (const Tensor& tensor : all) {
    content.resize((content.size() + file.alignment - 1) / file.alignment * file.alignment);
    content += numbers(tensor, random);
  }
  content.resize(file.size());
  return content;
}

}  // namespace

GgufBuilder small_model(const std::string& architecture, bool is_bpe) {
  const Vocabulary vocabulary;
  GgufBuilder file = keys(architecture, is_bpe, 64, 96, vocabulary);
  for (const Tensor& tensor :
       tensors(64, 96, vocabulary.tokens.size(), GGML_TYPE_F32, MatrixTypes())) {
    file.tensor(tensor.name, tensor.shape, tensor.type);
  }
  return file;
}

std::string model_of_every_format() {
  return llama_with_numbers(GGML_TYPE_Q8_0, {.queries = GGML_TYPE_Q4_0,
                                             .keys = GGML_TYPE_Q4_1,
                                             .values = GGML_TYPE_Q5_0,
                                             .output = GGML_TYPE_Q5_1,
                                             .gate = GGML_TYPE_Q4_K,
                                             .up = GGML_TYPE_Q5_K,
                                             .down = GGML_TYPE_Q6_K});
}

std::string model_of_no_format() {
  constexpr ggml_type kHalf = GGML_TYPE_F16;
  return llama_with_numbers(kHalf, {kHalf, kHalf, kHalf, kHalf, kHalf, kHalf, kHalf});
}

}  // namespace pcai::test

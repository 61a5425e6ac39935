#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/gguf/gguf_types.h"

namespace pcai::test {

/// Little-endian bytes of a number.
template <class T>
std::string bytes(T value) {
  std::string result(sizeof value, '\0');
  std::memcpy(result.data(), &value, sizeof value);
  return result;
}

/// A GGUF string: its length and its bytes.
inline std::string gguf_text(std::string_view text) {
  return bytes<std::uint64_t>(text.size()).append(text);
}

/// Builds the bytes of a GGUF file, also of one that breaks the rules.
class GgufBuilder {
 public:
  std::string magic = "GGUF";
  std::uint32_t version = 3;
  std::optional<std::uint64_t> stated_keys = {};     // instead of the real number
  std::optional<std::uint64_t> stated_tensors = {};  // instead of the real number
  std::uint64_t alignment = 32;  // of the data; `general.alignment` is set apart

  /// A model that passes every check: llama with two layers, four tokens and two tensors.
  static GgufBuilder tiny_model() {
    GgufBuilder builder;
    builder.text("general.architecture", "llama")
        .text("general.name", "Tiny")
        .number<std::uint32_t>("general.file_type", models::GgufType::UInt32, 3)
        .u32("llama.block_count", 2)
        .u32("llama.context_length", 128)
        .u32("llama.embedding_length", 64)
        .u32("llama.attention.head_count", 4)
        .u32("llama.attention.head_count_kv", 2)
        .strings("tokenizer.ggml.tokens", {"<s>", "</s>", "a", "<0x0A>"})
        .i32s("tokenizer.ggml.token_type", {3, 3, 1, 6})
        .u32("tokenizer.ggml.eos_token_id", 1)
        .text("tokenizer.chat_template", "{{ messages }}")
        .tensor("token_embd.weight", {64, 4}, kQ4_1)
        .tensor("output_norm.weight", {64}, kF32);
    return builder;
  }

  static constexpr std::uint32_t kF32 = 0;
  static constexpr std::uint32_t kQ4_1 = 3;

  /// Sets a key, in the place of an earlier one of that name.
  GgufBuilder& raw(std::string_view name, std::uint32_t type, std::string value) {
    remove(name);
    return add_raw(gguf_text(name) + bytes(type) + std::move(value), std::string(name));
  }

  /// Appends a key's whole record.
  GgufBuilder& add_raw(std::string record, std::string name = {}) {
    keys_.push_back({std::move(name), std::move(record)});
    return *this;
  }

  bool has(std::string_view name) const {
    return std::ranges::any_of(keys_, [&](const Key& key) { return key.name == name; });
  }

  GgufBuilder& remove(std::string_view name) {
    std::erase_if(keys_, [&](const Key& key) { return key.name == name; });
    return *this;
  }

  template <class T>
  GgufBuilder& number(std::string_view name, models::GgufType type, T value) {
    return raw(name, static_cast<std::uint32_t>(type), bytes(value));
  }
  GgufBuilder& u16(std::string_view name, std::uint16_t value) {
    return number(name, models::GgufType::UInt16, value);
  }
  GgufBuilder& u32(std::string_view name, std::uint32_t value) {
    return number(name, models::GgufType::UInt32, value);
  }
  GgufBuilder& i32(std::string_view name, std::int32_t value) {
    return number(name, models::GgufType::Int32, value);
  }
  GgufBuilder& text(std::string_view name, std::string_view value) {
    return raw(name, static_cast<std::uint32_t>(models::GgufType::String), gguf_text(value));
  }
  GgufBuilder& array(std::string_view name, models::GgufType type, std::uint64_t count,
                     std::string elements) {
    return raw(name, static_cast<std::uint32_t>(models::GgufType::Array),
               bytes(static_cast<std::uint32_t>(type)) + bytes(count) + std::move(elements));
  }
  GgufBuilder& strings(std::string_view name, const std::vector<std::string>& values) {
    std::string elements;
    for (const std::string& value : values) elements += gguf_text(value);
    return array(name, models::GgufType::String, values.size(), std::move(elements));
  }
  GgufBuilder& i32s(std::string_view name, const std::vector<std::int32_t>& values) {
    std::string elements;
    for (const std::int32_t value : values) elements += bytes(value);
    return array(name, models::GgufType::Int32, values.size(), std::move(elements));
  }

  /// Appends a tensor behind the earlier ones, or at `offset`.
  GgufBuilder& tensor(std::string_view name, const std::vector<std::uint64_t>& shape,
                      std::uint32_t type, std::optional<std::uint64_t> offset = std::nullopt) {
    std::string record = gguf_text(name) + bytes(static_cast<std::uint32_t>(shape.size()));
    std::uint64_t elements = 1;
    for (const std::uint64_t size : shape) {
      record += bytes(size);
      elements *= size;
    }
    tensors_.push_back(record + bytes(type) + bytes(offset.value_or(data_bytes_)));
    if (const models::TensorType* known = models::tensor_type(type); known != nullptr && !offset) {
      const std::uint64_t size = elements / known->block_elements * known->block_bytes;
      data_bytes_ += (size + alignment - 1) / alignment * alignment;
    }
    return *this;
  }
  GgufBuilder& no_tensors() {
    tensors_.clear();
    data_bytes_ = 0;
    return *this;
  }

  /// The header, without the padding before the data.
  std::string header() const {
    std::string result = magic + bytes(version) + bytes(stated_tensors.value_or(tensors_.size())) +
                         bytes(stated_keys.value_or(keys_.size()));
    for (const Key& key : keys_) result += key.record;
    for (const std::string& tensor : tensors_) result += tensor;
    return result;
  }

  /// Bytes of the whole file.
  std::uint64_t size() const {
    const std::uint64_t start = header().size();
    return tensors_.empty() ? start : (start + alignment - 1) / alignment * alignment + data_bytes_;
  }

  /// The whole file; its tensors' data are zeros.
  std::string build() const {
    std::string result = header();
    result.resize(size());
    return result;
  }

 private:
  struct Key {
    std::string name;
    std::string record;
  };

  std::vector<Key> keys_;
  std::vector<std::string> tensors_;
  std::uint64_t data_bytes_ = 0;
};

}  // namespace pcai::test

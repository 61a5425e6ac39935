#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "models/gguf/gguf_types.h"

namespace pcai::models {

/// An array in a GGUF header. Its elements are checked but not kept, except for `integers`: up to
/// kKeptIntegers booleans or integers of at most 32 bits.
struct GgufArray {
  static constexpr std::uint64_t kKeptIntegers = 1024;

  GgufType type = GgufType::UInt8;
  std::uint64_t count = 0;
  std::vector<std::int64_t> integers = {};
};

/// A key's value. Unsigned integers are stored as uint64, signed ones as int64, floats as double.
struct GgufValue {
  GgufType type = GgufType::UInt8;
  std::variant<bool, std::uint64_t, std::int64_t, double, std::string, GgufArray> data = {};
};

/// A tensor as its header entry describes it. One without elements takes no bytes; some programs
/// use it as a mark.
struct GgufTensor {
  std::string name;
  const TensorType* type = nullptr;
  std::uint32_t dimensions = 0;
  std::array<std::uint64_t, 4> shape = {1, 1, 1, 1};
  std::uint64_t elements = 0;
  std::uint64_t offset = 0;  // from GgufFile::data_offset
  std::uint64_t size_bytes = 0;
  std::uint64_t entry = 0;  // where its header entry begins in the file
};

/// The header of a GGUF file. One from read_gguf has passed every check of gguf_reader.h.
struct GgufFile {
  std::uint32_t version = 0;
  std::uint64_t size_bytes = 0;  // of the whole file
  std::uint64_t alignment = 32;
  std::uint64_t header_bytes = 0;  // up to where the last tensor's entry ends
  std::uint64_t data_offset = 0;   // where the tensors' data begins
  std::map<std::string, GgufValue, std::less<>> values = {};
  std::vector<GgufTensor> tensors = {};

  /// Whether each tensor's data begin at a multiple of so many bytes of the file.
  bool is_aligned_to(std::uint64_t bytes) const noexcept;

  /// The value of a key; null if it is absent.
  const GgufValue* find(std::string_view key) const;

  /// The key's value if it is an integer of any type and not negative.
  std::optional<std::uint64_t> number(std::string_view key) const;

  /// The key's value if it is a string, else null.
  const std::string* text(std::string_view key) const;

  /// The key's value if it is an array, else null.
  const GgufArray* array(std::string_view key) const;

  /// general.architecture, or empty.
  std::string_view architecture() const;

  /// The key "<architecture>.<name>", under which a model keeps its own facts.
  std::string own_key(std::string_view name) const;
};

}  // namespace pcai::models

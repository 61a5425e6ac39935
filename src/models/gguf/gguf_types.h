#pragma once

#include <cstdint>
#include <string_view>

namespace pcai::models {

/// The types that a GGUF key's value can have, by their number in the file.
enum class GgufType : std::uint32_t {
  UInt8,
  Int8,
  UInt16,
  Int16,
  UInt32,
  Int32,
  Float32,
  Bool,
  String,
  Array,
  UInt64,
  Int64,
  Float64,
};

/// "uint8", "string" …; empty if the number is no type.
std::string_view to_string(GgufType type) noexcept;

/// Bytes of one value; 0 for String, Array and a number that is no type.
std::uint32_t size_of(GgufType type) noexcept;

/// How a tensor's elements are stored: in blocks of `block_elements`, each `block_bytes` long.
struct TensorType {
  std::string_view name;  // "Q4_K"
  std::uint32_t block_elements = 0;
  std::uint32_t block_bytes = 0;
};

/// The tensor type with that number in a GGUF file; null if it is unknown or was removed.
const TensorType* tensor_type(std::uint32_t number) noexcept;

/// The usual short name ("Q4_K_M") of a value of general.file_type; empty if it is unknown.
std::string_view file_type_name(std::uint64_t number) noexcept;

}  // namespace pcai::models

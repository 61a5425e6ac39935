#include "models/gguf/gguf_file.h"

#include <algorithm>

namespace pcai::models {

bool GgufFile::is_aligned_to(std::uint64_t bytes) const noexcept {
  return std::ranges::all_of(tensors, [&](const GgufTensor& tensor) {
    return tensor.elements == 0 || (data_offset + tensor.offset) % bytes == 0;
  });
}

const GgufValue* GgufFile::find(std::string_view key) const {
  const auto found = values.find(key);
  return found == values.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> GgufFile::number(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<std::uint64_t>(&value->data)) return *number;
  const auto* number = std::get_if<std::int64_t>(&value->data);
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

const std::string* GgufFile::text(std::string_view key) const {
  const GgufValue* value = find(key);
  return value == nullptr ? nullptr : std::get_if<std::string>(&value->data);
}

const GgufArray* GgufFile::array(std::string_view key) const {
  const GgufValue* value = find(key);
  return value == nullptr ? nullptr : std::get_if<GgufArray>(&value->data);
}

std::string_view GgufFile::architecture() const {
  const std::string* name = text("general.architecture");
  return name == nullptr ? std::string_view() : std::string_view(*name);
}

std::string GgufFile::own_key(std::string_view name) const {
  return std::string(architecture()).append(".").append(name);
}

}  // namespace pcai::models

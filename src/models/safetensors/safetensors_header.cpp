#include "models/safetensors/safetensors_header.h"

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "models/gguf/byte_source.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kLargestHeader = 100U << 20;  // safetensors' own limit

tl::unexpected<Error> invalid(const std::filesystem::path& path, const std::string& what) {
  return damaged(printable_path(path) + " " + what);
}

const Json& member(const Json& object, const char* key) {
  static const Json kNone;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? kNone : *found;
}

}  // namespace

Result<std::vector<SafetensorsTensor>> read_safetensors_header(const std::filesystem::path& path) {
  const auto file = open_regular_file(path);
  if (!file) return fail(file.error());
  const std::uint64_t size = (*file)->size();
  std::array<char, 8> length_bytes{};
  std::uint64_t length = 0;
  const bool has_length =
      (*file)->read_at(0, length_bytes.data(), length_bytes.size()) == length_bytes.size();
  for (std::size_t i = length_bytes.size(); i-- > 0;) {
    length = (length << 8) | static_cast<unsigned char>(length_bytes[i]);
  }
  if (!has_length || length > kLargestHeader || length + length_bytes.size() > size) {
    return invalid(path, "is not a safetensors file, or is cut off");
  }
  std::string text(length, '\0');
  const bool is_read = (*file)->read_at(length_bytes.size(), text.data(), length) == length;
  const Json header = Json::parse(text, nullptr, false);
  if (!is_read || !header.is_object()) return invalid(path, "has a damaged header");
  const std::uint64_t data_size = size - length - length_bytes.size();
  std::vector<SafetensorsTensor> tensors;
  for (const auto& [name, tensor] : header.items()) {
    if (name == "__metadata__") continue;
    const Json& offsets = member(tensor, "data_offsets");
    const Json& shape = member(tensor, "shape");
    const bool sound = offsets.is_array() && offsets.size() == 2 &&
                       offsets[0].is_number_unsigned() && offsets[1].is_number_unsigned() &&
                       offsets[0] <= offsets[1] && offsets[1].get<std::uint64_t>() <= data_size &&
                       shape.is_array();
    if (!sound) {
      return invalid(path, "has a tensor that lies outside of the file: " + printable(name));
    }
    std::uint64_t elements = 1;
    std::uint64_t columns = 1;
    for (const Json& side : shape) {
      if (!side.is_number_unsigned()) {
        return invalid(path, "has a tensor without a shape: " + printable(name));
      }
      const auto count = side.get<std::uint64_t>();
      // A half byte an element is the least there is.
      if (count != 0 && elements > 2 * data_size / count) {
        return invalid(path, "has a tensor larger than itself: " + printable(name));
      }
      elements *= count;
      columns = count;
    }
    const Json& type = member(tensor, "dtype");
    tensors.push_back(
        {.name = name,
         .type = type.is_string() ? printable(type.get<std::string>(), 16) : std::string(),
         .dimensions = static_cast<std::uint32_t>(shape.size()),
         .columns = columns,
         .elements = elements,
         .size_bytes = offsets[1].get<std::uint64_t>() - offsets[0].get<std::uint64_t>()});
  }
  return tensors;
}

}  // namespace pcai::models

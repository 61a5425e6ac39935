#include "models/gguf/gguf_reader.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <unordered_set>

#include "core/utf8.h"
#include "models/gguf/damaged.h"
#include "models/gguf/gguf_validator.h"
#include "models/gguf/gguf_vocabulary.h"
#include "models/gguf/header_cursor.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 128 << 20;
constexpr std::uint64_t kMaxKeys = 1 << 16;
constexpr std::uint64_t kMaxTensors = 1 << 18;
constexpr std::uint64_t kMaxKeyBytes = 65'535;
constexpr std::uint64_t kMaxTensorNameBytes = 63;       // ggml keeps 64 with the final zero
constexpr std::uint64_t kMinKeyRecord = 8 + 1 + 4 + 1;  // length, key, type, value
constexpr std::uint64_t kMinTensorRecord =
    8 + 1 + 4 + 8 + 4 + 8;  // …, name, dimensions, type, offset
constexpr std::uint64_t kMaxAlignment = 65'536;

/// `a * b`, or nothing where that is over 64 bits.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) {
  if (a != 0 && b > std::numeric_limits<std::uint64_t>::max() / a) return std::nullopt;
  return a * b;
}

/// What a file is that has no GGUF inside, by its first four bytes; empty if nobody knows.
std::string_view known_magic(std::string_view magic) {
  if (magic == "lmgg" || magic == "fmgg" || magic == "tjgg" || magic == "algg") {
    return "; it is of ggml's older format, which models for speech still have";
  }
  if (magic == "vers") return "; perhaps it is Git LFS's pointer instead of the file";
  if (magic == "PK\x03\x04") return "; it is a ZIP archive or a checkpoint of PyTorch";
  if (magic.starts_with("<")) return "; perhaps it is a web page instead of the file";
  return "";
}

/// One reading of one header, front to back.
class HeaderReader {
 public:
  explicit HeaderReader(ByteSource& source) : cursor_(source, kMaxHeaderBytes) {
    file_.size_bytes = source.size();
  }

  Result<GgufFile> read() {
    return read_start()
        .and_then([this] { return read_values(); })
        .and_then([this] { return read_alignment(); })
        .and_then([this] { return read_tensors(); })
        .and_then([this] { return place_data(); })
        .and_then([this] { return vocabulary_.check(file_); })
        .and_then([this] { return validate_gguf(file_); })
        .map([this] { return std::move(file_); });
  }

 private:
  Status read_start() {
    std::string magic;
    cursor_.text(magic, std::min<std::uint64_t>(4, cursor_.remaining()));
    if (magic != "GGUF") {
      return damaged("not a GGUF file (its magic is " + in_quotes(magic) + ")" +
                     std::string(known_magic(magic)));
    }
    file_.version = cursor_.number<std::uint32_t>();
    if (cursor_.ok() && (file_.version & 0xFFFF) == 0) {
      return damaged("a big-endian GGUF file, which this program cannot read");
    }
    if (cursor_.ok() && file_.version != 2 && file_.version != 3) {
      return damaged("GGUF version " + std::to_string(file_.version) +
                     "; this program reads 2 and 3");
    }
    tensor_count_ = cursor_.number<std::uint64_t>();
    key_count_ = cursor_.number<std::uint64_t>();
    if (!cursor_.ok()) return damaged(cursor_.problem() + ", in its first 24 bytes");
    if (key_count_ > std::min(kMaxKeys, cursor_.remaining() / kMinKeyRecord)) {
      return damaged("its header states " + std::to_string(key_count_) +
                     " keys, more than the file can hold");
    }
    if (tensor_count_ > std::min(kMaxTensors, cursor_.remaining() / kMinTensorRecord)) {
      return damaged("its header states " + std::to_string(tensor_count_) +
                     " tensors, more than the file can hold");
    }
    return {};
  }

  Status read_values() {
    std::string key;
    for (std::uint64_t i = 0; i < key_count_; ++i) {
      const std::string place = "key " + std::to_string(i);
      const auto length = cursor_.number<std::uint64_t>();
      if (cursor_.ok() && (length == 0 || length > kMaxKeyBytes)) {
        return damaged(place + " has a length of " + std::to_string(length) + " bytes");
      }
      cursor_.text(key, length);
      if (!cursor_.ok()) return damaged(cursor_.problem() + ", in " + place);
      if (!is_name(key))
        return damaged(place + ", " + in_quotes(key) + ", is not plain UTF-8 text");
      const auto [slot, is_new] = file_.values.try_emplace(key);
      if (!is_new) return damaged("it has the key " + in_quotes(key) + " twice");
      const auto type = static_cast<GgufType>(cursor_.number<std::uint32_t>());
      const Status read = read_value(key, type, slot->second);
      if (!cursor_.ok()) return damaged(cursor_.problem() + ", in the value of " + in_quotes(key));
      if (!read) return damaged(in_quotes(key) + " " + read.error().message);
    }
    return {};
  }

  /// Keys and tensor names are printed and passed on as C strings.
  static bool is_name(std::string_view text) {
    return is_valid_utf8(text) && std::ranges::none_of(text, [](char c) {
             return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
           });
  }

  Status read_value(std::string_view key, GgufType type, GgufValue& value) {
    value.type = type;
    switch (type) {
      case GgufType::UInt8: value.data = std::uint64_t{cursor_.number<std::uint8_t>()}; return {};
      case GgufType::UInt16: value.data = std::uint64_t{cursor_.number<std::uint16_t>()}; return {};
      case GgufType::UInt32: value.data = std::uint64_t{cursor_.number<std::uint32_t>()}; return {};
      case GgufType::UInt64: value.data = cursor_.number<std::uint64_t>(); return {};
      case GgufType::Int8: value.data = std::int64_t{cursor_.number<std::int8_t>()}; return {};
      case GgufType::Int16: value.data = std::int64_t{cursor_.number<std::int16_t>()}; return {};
      case GgufType::Int32: value.data = std::int64_t{cursor_.number<std::int32_t>()}; return {};
      case GgufType::Int64: value.data = cursor_.number<std::int64_t>(); return {};
      case GgufType::Float32: value.data = double{cursor_.number<float>()}; return {};
      case GgufType::Float64: value.data = cursor_.number<double>(); return {};
      case GgufType::Bool: {
        const auto byte = cursor_.number<std::uint8_t>();
        if (byte > 1) return damaged("is a bool of value " + std::to_string(byte));
        value.data = byte == 1;
        return {};
      }
      case GgufType::String: {
        const auto length = cursor_.number<std::uint64_t>();
        cursor_.text(value.data.emplace<std::string>(), length);
        return {};
      }
      case GgufType::Array: return read_array(key, value.data.emplace<GgufArray>());
    }
    return damaged("has the unknown type " + std::to_string(static_cast<std::uint32_t>(type)));
  }

  Status read_array(std::string_view key, GgufArray& array) {
    array.type = static_cast<GgufType>(cursor_.number<std::uint32_t>());
    array.count = cursor_.number<std::uint64_t>();
    if (!cursor_.ok()) return {};
    if (array.type == GgufType::Array) return damaged("is an array of arrays");
    const bool is_strings = array.type == GgufType::String;
    const std::uint64_t element = is_strings ? sizeof(std::uint64_t) : size_of(array.type);
    if (element == 0) {
      return damaged("is an array of the unknown type " +
                     std::to_string(static_cast<std::uint32_t>(array.type)));
    }
    if (array.count > cursor_.remaining() / element) {
      return damaged("states " + std::to_string(array.count) +
                     " elements, more than the rest of the file holds");
    }
    const bool is_vocabulary = key == kTokensKey || key == kTokenTypesKey;
    if (is_vocabulary && array.count > kMaxTokens) {
      return damaged("has " + std::to_string(array.count) + " elements; the maximum is " +
                     std::to_string(kMaxTokens));
    }
    if (is_strings) return read_strings(key == kTokensKey, array.count);
    if (key == kTokenTypesKey && array.type == GgufType::Int32) {
      for (std::uint64_t i = 0; i < array.count; ++i) {
        vocabulary_.add_type(cursor_.number<std::int32_t>());
      }
    } else if (array.count <= GgufArray::kKeptIntegers && is_small_integer(array.type)) {
      for (std::uint64_t i = 0; i < array.count; ++i) {
        array.integers.push_back(small_integer(array.type));
      }
    } else {
      cursor_.skip(array.count * element);
    }
    return {};
  }

  Status read_strings(bool are_tokens, std::uint64_t count) {
    std::string text;
    for (std::uint64_t i = 0; i < count && cursor_.ok(); ++i) {
      const auto length = cursor_.number<std::uint64_t>();
      if (!are_tokens) {
        cursor_.skip(length);
        continue;
      }
      if (length > kMaxTokenBytes) {
        return damaged("has at " + std::to_string(i) + " a token of " + std::to_string(length) +
                       " bytes");
      }
      cursor_.text(text, length);
      vocabulary_.add_token(text);
    }
    return {};
  }

  static bool is_small_integer(GgufType type) {
    return size_of(type) <= 4 && type != GgufType::Float32;
  }

  std::int64_t small_integer(GgufType type) {
    switch (type) {
      case GgufType::UInt8:
      case GgufType::Bool: return cursor_.number<std::uint8_t>();
      case GgufType::Int8: return cursor_.number<std::int8_t>();
      case GgufType::UInt16: return cursor_.number<std::uint16_t>();
      case GgufType::Int16: return cursor_.number<std::int16_t>();
      case GgufType::UInt32: return cursor_.number<std::uint32_t>();
      default: return cursor_.number<std::int32_t>();
    }
  }

  Status read_alignment() {
    const GgufValue* value = file_.find("general.alignment");
    if (value == nullptr) return {};
    if (value->type != GgufType::UInt32) return damaged("'general.alignment' is not a uint32");
    file_.alignment = std::get<std::uint64_t>(value->data);
    if (!std::has_single_bit(file_.alignment) || file_.alignment > kMaxAlignment) {
      return damaged("'general.alignment' is " + std::to_string(file_.alignment) +
                     ", not a power of two from 1 to 65536");
    }
    return {};
  }

  Status read_tensors() {
    std::unordered_set<std::string_view> names;
    file_.tensors.reserve(tensor_count_);  // so that the names stay where the set points
    for (std::uint64_t i = 0; i < tensor_count_; ++i) {
      GgufTensor& tensor = file_.tensors.emplace_back();
      tensor.entry = cursor_.position();
      const auto length = cursor_.number<std::uint64_t>();
      if (cursor_.ok() && (length == 0 || length > kMaxTensorNameBytes)) {
        return damaged("tensor " + std::to_string(i) + " has a name of " + std::to_string(length) +
                       " bytes");
      }
      cursor_.text(tensor.name, length);
      const Status read = cursor_.ok() ? read_tensor(tensor) : Status();
      if (!cursor_.ok()) return damaged(cursor_.problem() + ", in tensor " + std::to_string(i));
      if (!read) return damaged("tensor " + in_quotes(tensor.name) + " " + read.error().message);
      if (!names.insert(tensor.name).second) {
        return damaged("it has the tensor " + in_quotes(tensor.name) + " twice");
      }
    }
    return {};
  }

  Status read_tensor(GgufTensor& tensor) {
    if (!is_name(tensor.name)) return damaged("has a name that is not plain UTF-8 text");
    tensor.dimensions = cursor_.number<std::uint32_t>();
    if (!cursor_.ok()) return {};
    if (tensor.dimensions < 1 || tensor.dimensions > tensor.shape.size()) {
      return damaged("has " + std::to_string(tensor.dimensions) + " dimensions");
    }
    tensor.elements = 1;
    for (std::uint32_t k = 0; k < tensor.dimensions; ++k) {
      tensor.shape[k] = cursor_.number<std::uint64_t>();
      const auto elements = product(tensor.elements, tensor.shape[k]);
      if (cursor_.ok() && (!elements || tensor.shape[k] > INT64_MAX || *elements > INT64_MAX)) {
        return damaged("has an impossible size of " + std::to_string(tensor.shape[k]) +
                       " in dimension " + std::to_string(k));
      }
      tensor.elements = elements.value_or(0);
    }
    const auto type = cursor_.number<std::uint32_t>();
    tensor.offset = cursor_.number<std::uint64_t>();
    if (!cursor_.ok()) return {};
    tensor.type = tensor_type(type);
    if (tensor.type == nullptr) return damaged("has the unknown type " + std::to_string(type));
    if (tensor.shape[0] % tensor.type->block_elements != 0) {
      return damaged("has rows of " + std::to_string(tensor.shape[0]) + " elements, which " +
                     std::string(tensor.type->name) + " cannot store");
    }
    const auto size =
        product(tensor.elements / tensor.type->block_elements, tensor.type->block_bytes);
    if (!size) return damaged("is over 2^64 bytes large");
    tensor.size_bytes = *size;
    return {};
  }

  Status place_data() {
    file_.header_bytes = cursor_.position();
    file_.data_offset = (cursor_.position() + file_.alignment - 1) & ~(file_.alignment - 1);
    return {};
  }

  HeaderCursor cursor_;
  GgufFile file_;
  GgufVocabulary vocabulary_;
  std::uint64_t key_count_ = 0;
  std::uint64_t tensor_count_ = 0;
};

}  // namespace

Result<GgufFile> read_gguf(ByteSource& source) {
  try {
    return HeaderReader(source).read();
  } catch (const std::bad_alloc&) {
    return damaged("its header does not fit into memory");
  }
}

Result<GgufFile> read_gguf(const std::filesystem::path& path) {
  auto source = open_regular_file(path);
  if (!source) return fail(source.error());
  return read_gguf(**source).map_error([&](Error error) {
    error.message = printable_path(path) + ": " + error.message;
    return error;
  });
}

}  // namespace pcai::models

#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "capi/error.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai {

/// The size of a struct in the first version that had it. A struct that grows gets a specialization
/// with its old size.
template <class T>
inline constexpr std::uint32_t kFirstSize = sizeof(T);
template <>
inline constexpr std::uint32_t kFirstSize<pcai_model_options> = 88;
template <>
inline constexpr std::uint32_t kFirstSize<pcai_request> = 216;

/// Far over the size of any struct here; a struct_size above it was not set.
inline constexpr std::uint32_t kMaxStructSize = 4096;

template <class T>
Result<std::uint32_t> check_struct_size(const T* value, const std::string& name) {
  std::uint32_t size = 0;
  std::memcpy(&size, value, sizeof size);
  if (size >= kFirstSize<T> && size <= kMaxStructSize) return size;
  return fail(ErrorCode::InvalidRequest,
              name + ".struct_size is " + std::to_string(size) +
                  "; set it to the struct's sizeof (" + std::to_string(sizeof(T)) +
                  " in this version)",
              name + ".struct_size");
}

/// Copies what the caller gave over `defaults`, by convention 11. `value` must not be null.
template <class T>
Result<T> read_struct(const T* value, T defaults, const std::string& name) {
  const Result<std::uint32_t> size = check_struct_size(value, name);
  if (!size) return fail(size.error());
  const auto* bytes = reinterpret_cast<const unsigned char*>(value);
  for (std::uint32_t i = sizeof(T); i < *size; ++i) {
    if (bytes[i] != 0) {
      return fail(ErrorCode::Unsupported,
                  name + " uses a field that this version of the library does not know (byte " +
                      std::to_string(i) + ")",
                  name);
    }
  }
  std::memcpy(&defaults, value, std::min<std::size_t>(*size, sizeof(T)));
  defaults.struct_size = sizeof(T);
  return defaults;
}

/// Fills the caller's struct with as much of `value` as it has room for. `out` must not be null.
template <class T>
Status write_struct(T value, T* out, const std::string& name) {
  const Result<std::uint32_t> size = check_struct_size(out, name);
  if (!size) return fail(size.error());
  value.struct_size = *size;
  std::memcpy(out, &value, std::min<std::size_t>(*size, sizeof(T)));
  if (*size > sizeof(T)) {
    std::memset(reinterpret_cast<unsigned char*>(out) + sizeof(T), 0, *size - sizeof(T));
  }
  return {};
}

/// One item of a list, for the caller's struct.
template <class T>
Status write_item(const std::vector<T>& items, std::uint64_t index, T* out) {
  if (out == nullptr) return refuse_null("info");
  if (index < items.size()) return write_struct(items[index], out, "info");
  return fail(
      ErrorCode::InvalidRequest,
      "index " + std::to_string(index) + " is outside a list of " + std::to_string(items.size()),
      "index");
}

/// The body of the pcai_<struct>_init functions: the caller's struct may be of another version, and
/// one too small to be any version's keeps only what fits.
template <class T>
void init_struct(T* out, std::uint32_t size, T defaults) noexcept {
  if (out == nullptr || size < sizeof(std::uint32_t) || size > kMaxStructSize) return;
  defaults.struct_size = size;
  std::memcpy(out, &defaults, std::min<std::size_t>(size, sizeof(T)));
  if (size > sizeof(T)) {
    std::memset(reinterpret_cast<unsigned char*>(out) + sizeof(T), 0, size - sizeof(T));
  }
}

}  // namespace pcai

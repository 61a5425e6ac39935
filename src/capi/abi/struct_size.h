#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "capi/abi/error.h"
#include "core/result.h"
#include "pcai/pcai.h"

// Structs that may grow at their end. Convention 11 of pcai.h is the contract; this is all of its
// code. T is a struct whose first member is `uint32_t struct_size`. Memory of the caller is read
// and written only within the size that the caller gave.

namespace pcai::capi {

/// The size of a struct, in bytes, in the first version that had it: the least that a caller may
/// have. A struct that grows gets a specialization with its old size.
template <class T>
inline constexpr std::uint32_t kFirstSize = sizeof(T);
template <>
inline constexpr std::uint32_t kFirstSize<pcai_model_options> = 88;
template <>
inline constexpr std::uint32_t kFirstSize<pcai_request> = 216;

/// A struct_size above this (bytes) was never set by anybody: it is far over any struct's size.
inline constexpr std::uint32_t kMaxStructSize = 4096;

/// The struct_size that the caller set. Fails with InvalidRequest, which names `name`.struct_size
/// and says what to set, if no version of T has that size. `value` must not be null; it may be
/// unaligned.
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

/// Reads a struct that came in: `defaults`, and over them what the caller gave. Fails with
/// Unsupported if a newer caller set a byte to other than 0 that this library does not know.
/// `value` must not be null.
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

/// Writes a struct that goes out: as much of `value` as the caller's struct has room for, then
/// zeros. The caller's struct_size stays. `out` must not be null; after a failure it is unchanged.
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

/// Writes item `index` of a list to the caller's struct. Fails with InvalidRequest if `out` is null
/// or there is no such item.
template <class T>
Status write_item(const std::vector<T>& items, std::uint64_t index, T* out) {
  if (out == nullptr) return refuse_null("info");
  if (index < items.size()) return write_struct(items[index], out, "info");
  return fail(
      ErrorCode::InvalidRequest,
      "index " + std::to_string(index) + " is outside a list of " + std::to_string(items.size()),
      "index");
}

/// The body of the pcai_<struct>_init functions: writes `size` bytes, first of `defaults`, then
/// zeros, with struct_size set to `size`. The caller's struct may be of any version. Does nothing
/// if `out` is null or `size` cannot be right.
template <class T>
void init_struct(T* out, std::uint32_t size, T defaults) noexcept {
  if (out == nullptr || size < sizeof(std::uint32_t) || size > kMaxStructSize) return;
  defaults.struct_size = size;
  std::memcpy(out, &defaults, std::min<std::size_t>(size, sizeof(T)));
  if (size > sizeof(T)) {
    std::memset(reinterpret_cast<unsigned char*>(out) + sizeof(T), 0, size - sizeof(T));
  }
}

}  // namespace pcai::capi

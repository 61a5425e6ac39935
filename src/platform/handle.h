#pragma once

#include <cstdint>
#include <utility>

namespace pcai::platform {

/// Owns an open file or other object of the system, and closes it. -1 = none.
class Handle {
 public:
  using Native = std::intptr_t;  // a descriptor of POSIX, a HANDLE of Windows

  Handle() = default;
  explicit Handle(Native native) noexcept : native_(native) {}
  ~Handle();

  Handle(Handle&& other) noexcept : native_(std::exchange(other.native_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(native_, other.native_);
    return *this;
  }

  Native get() const noexcept { return native_; }
  explicit operator bool() const noexcept { return native_ != -1; }

 private:
  Native native_ = -1;
};

}  // namespace pcai::platform

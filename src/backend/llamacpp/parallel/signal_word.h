#pragma once

#include <atomic>
#include <cstdint>

namespace pcai::backend::llamacpp {

/// A number that threads wait for to change: they look for a while, and then sleep.
class alignas(64) SignalWord {
 public:
  std::uint32_t value() const noexcept { return value_.load(std::memory_order_acquire); }

  /// Adds 1 and wakes who sleeps.
  void bump() noexcept {
    value_.fetch_add(1);
    if (sleepers_.load() > 0) value_.notify_all();
  }

  /// Returns when the value is no longer `old`. It looks at most `most_looks` times before it
  /// sleeps.
  void await_change(std::uint32_t old, int most_looks) noexcept;

 private:
  std::atomic<std::uint32_t> value_{0};
  std::atomic<std::uint32_t> sleepers_{0};  // raised before the last look, so that none is missed
};

}  // namespace pcai::backend::llamacpp

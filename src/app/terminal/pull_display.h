#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "hub/pull.h"

namespace pcai::app {

/// Shows a download on stderr: a bar on a terminal, notes only elsewhere. `stop` is asked now and
/// then whether to end it.
class PullDisplay final : public hub::PullProgress {
 public:
  PullDisplay(std::string name, std::function<bool()> stop);

  /// Wipes the bar.
  ~PullDisplay() override;

  bool on_bytes(std::uint64_t done, std::uint64_t total) noexcept override;
  void on_note(std::string_view text) noexcept override;

 private:
  using Clock = std::chrono::steady_clock;

  void wipe() const;

  std::string name_;
  std::function<bool()> stop_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = {};
  std::uint64_t first_ = 0;  // bytes that were here before
  bool began_ = false;
};

/// "hf:a/b  [####....]  50 %  1.2 GB of 2.4 GB  35.1 MB/s", without the bar where `width` has no
/// room for it.
std::string pull_line(const std::string& name, std::uint64_t done, std::uint64_t total,
                      double bytes_per_second, std::size_t width);

}  // namespace pcai::app

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace pcai::engine {

/// Counts durations by their size, for a histogram of the metrics. Any thread may call any method.
class LatencyHistogram {
 public:
  /// The longest duration of each bucket, in seconds. Longer ones are in one more bucket.
  static constexpr std::array<double, 17> kBounds = {
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250};

  void record_ms(double ms) noexcept;

  /// How many durations are in a bucket.
  std::uint64_t count(std::size_t bucket) const noexcept { return counts_[bucket]; }

  bool empty() const noexcept {
    return std::all_of(counts_.begin(), counts_.end(),
                       [](const auto& count) { return count == 0; });
  }

  /// All durations together.
  double seconds() const noexcept { return seconds_; }

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<double> seconds_{0};
};

/// How long the requests of a model took since it became known.
struct ModelLatencies {
  LatencyHistogram queue;           // arrival to submit, of those that were submitted
  LatencyHistogram first_token;     // arrival to the first delta
  LatencyHistogram between_tokens;  // from a delta to the next of the same request
  LatencyHistogram request;         // arrival to the end, of those that finished
};

}  // namespace pcai::engine

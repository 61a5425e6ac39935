#include "engine/requests/latencies.h"

#include <algorithm>

namespace pcai::engine {

void LatencyHistogram::record_ms(double ms) noexcept {
  const double seconds = ms / 1000;
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  ++counts_[static_cast<std::size_t>(bucket)];
  seconds_ += seconds;
}

}  // namespace pcai::engine

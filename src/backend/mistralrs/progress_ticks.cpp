#include "backend/mistralrs/progress_ticks.h"

#include <ctime>

namespace pcai::backend::mistralrs {
namespace {

using namespace std::chrono_literals;

constexpr auto kInterval = 1s;
constexpr auto kLeastWork = 10ms;  // within an interval; what sleeps does less

}  // namespace

std::uint64_t ProgressTicks::steps(const Seen& seen, Clock::time_point now) {
  const MutexLock lock(mutex_);
  if (seen.tokens != last_.tokens || seen.prompt_tokens != last_.prompt_tokens) {
    last_ = seen;
    ticked_ = now;
  }
  if (seen.prompt_tokens > 0 && now - ticked_ >= kInterval) {
    if (seen.computed - last_.computed >= kLeastWork) ++ticks_;
    last_ = seen;
    ticked_ = now;
  }
  return seen.tokens + ticks_;
}

std::chrono::milliseconds processor_time() noexcept {
  // In double: clock_t may be 32 bits wide.
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC));
}

}  // namespace pcai::backend::mistralrs

#include "backend/mistralrs/progress_ticks.h"

namespace pcai {
namespace {

using namespace std::chrono_literals;

constexpr auto kInterval = 1s;
constexpr auto kLongestPromptToken = 200ms;  // a 7B model on two slow cores takes half of that

}  // namespace

std::uint64_t ProgressTicks::steps(std::uint64_t tokens, std::uint64_t prompt_tokens,
                                   Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (tokens != tokens_ || prompt_tokens != prompt_tokens_) {
    tokens_ = tokens;
    prompt_tokens_ = prompt_tokens;
    since_ = ticked_ = now;
  }
  const bool may_take_so_long = now - since_ < prompt_tokens * kLongestPromptToken;
  if (may_take_so_long && now - ticked_ >= kInterval) {
    ++ticks_;
    ticked_ = now;
  }
  return tokens + ticks_;
}

}  // namespace pcai

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/result.h"
#include "engine/requests/generation.h"

namespace pcai::capi {

/// Checks a timeout of the C ABI: milliseconds, 0 = only look, -1 = for ever. Anything below -1
/// fails with InvalidRequest.
inline Status check_timeout(std::int32_t timeout_ms) {
  if (timeout_ms >= -1) return {};
  return fail(ErrorCode::InvalidRequest, "timeout_ms must be -1 (for ever), 0 or more",
              "timeout_ms");
}

/// Waits at most `timeout_ms` (as above) for the next event; nothing if none came in time. Do not
/// call it after the last event: it would wait for ever. One thread at a time reads a generation.
inline std::optional<GenerateEvent> wait_for_event(engine::Generation& generation,
                                                   std::int32_t timeout_ms) {
  if (timeout_ms >= 0) return generation.next(std::chrono::milliseconds(timeout_ms));
  while (true) {
    if (auto event = generation.next(std::chrono::hours(1))) return event;
  }
}

}  // namespace pcai::capi

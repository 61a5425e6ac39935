#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/result.h"
#include "engine/generation.h"

namespace pcai::capi {

/// A timeout of the C ABI: milliseconds, or -1 for ever.
inline Status check_timeout(std::int32_t timeout_ms) {
  if (timeout_ms >= -1) return {};
  return fail(ErrorCode::InvalidRequest, "timeout_ms must be -1 (for ever), 0 or more",
              "timeout_ms");
}

/// The next event; nothing on time-out. Not after the last event: it would wait for ever.
inline std::optional<GenerateEvent> wait_for_event(engine::Generation& generation,
                                                   std::int32_t timeout_ms) {
  if (timeout_ms >= 0) return generation.next(std::chrono::milliseconds(timeout_ms));
  while (true) {
    if (auto event = generation.next(std::chrono::hours(1))) return event;
  }
}

}  // namespace pcai::capi

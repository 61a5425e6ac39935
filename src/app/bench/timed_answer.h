#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "platform/signals.h"

namespace pcai::app {

/// A server that is measured over HTTP.
struct MeasuredServer {
  std::string name;        // "pcai", "llama-server"
  std::string url;         // "http://127.0.0.1:8080"
  std::string key = {};    // empty = it asks for none
  std::string model = {};  // for its requests; empty = it has only one
};

/// One streamed completion, as its client saw it.
struct TimedAnswer {
  using Clock = std::chrono::steady_clock;

  Clock::time_point sent;
  std::vector<Clock::time_point> arrivals;  // of the pieces with text
  std::uint32_t prompt_tokens = 0;
  std::uint32_t cached_tokens = 0;      // of the prompt
  std::uint32_t completion_tokens = 0;  // a server may put several into one piece
  std::optional<Error> error = {};

  double first_token_seconds() const;
};

/// Asks for exactly `max_tokens` greedy tokens after `prompt`. `on_piece` is called at each
/// arrival; false ends the answer, and that is no error. A signal ends it with Cancelled.
TimedAnswer ask(const MeasuredServer& server, const std::string& prompt, std::uint32_t max_tokens,
                platform::Signals& signals, const std::function<bool()>& on_piece = {});

}  // namespace pcai::app

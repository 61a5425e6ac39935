#pragma once

#include <pcai_mrs.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/event_sink.h"
#include "backend/stop_filter.h"
#include "backend/utf8_filter.h"

namespace pcai {

/// A request that the bridge works on: turns its tokens into text and tells the sink. Touched by
/// the bridge's event thread alone.
class LiveRequest {
 public:
  LiveRequest(const GenerateParams& params, std::shared_ptr<EventSink> sink);

  /// Takes an event. True once the last event was sent; then nothing may come.
  bool take(const pcai_mrs_event& event);

 private:
  using Clock = std::chrono::steady_clock;

  bool take_token(const pcai_mrs_event& event);
  void send_text(std::string text);
  bool finish(FinishReason reason);
  Timings timings() const;

  Utf8Filter utf8_;
  StopFilter stop_;
  std::shared_ptr<EventSink> sink_;
  std::vector<TokenLogprobs> logprobs_;  // of tokens whose text is still held back
  Usage usage_;
  Clock::time_point submitted_ = Clock::now();
  std::optional<Clock::time_point> first_token_;
};

}  // namespace pcai

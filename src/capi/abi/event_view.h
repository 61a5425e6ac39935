#pragma once

#include <vector>

#include "core/event.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// Holds one event and shows it as a pcai_event. Not thread-safe.
class EventView {
 public:
  /// What it returns is borrowed until the next call.
  const pcai_event& show(GenerateEvent event);

 private:
  void show_logprobs(const std::vector<TokenLogprobs>& logprobs);
  void show_end(const Usage& usage, const Timings& timings);

  GenerateEvent event_;
  std::vector<pcai_token_logprobs> logprobs_;
  std::vector<pcai_token_logprob> top_;
  pcai_event shown_ = {};
};

}  // namespace pcai::capi

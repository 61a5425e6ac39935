#pragma once

#include <vector>

#include "core/event.h"
#include "openai/dialect.h"
#include "pcai/pcai.h"

namespace pcai {

/// Holds one event and shows it as a pcai_event. Not thread-safe.
class EventView {
 public:
  /// What it returns is borrowed until the next call. `places` are the request's.
  const pcai_event& show(GenerateEvent event, const Places& places);

 private:
  void show_logprobs(const std::vector<TokenLogprobs>& logprobs);
  void show_end(const Usage& usage, const Timings& timings);

  GenerateEvent event_;
  std::vector<pcai_token_logprobs> logprobs_;
  std::vector<pcai_token_logprob> top_;
  pcai_event shown_ = {};
};

}  // namespace pcai

#pragma once

#include <string>
#include <vector>

#include "api/dialect.h"
#include "core/event.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// Holds one event and shows it as a pcai_event, whose pointers point into this object. Not
/// thread-safe: pcai_generation lets one reader in at a time.
class EventView {
 public:
  /// What it returns is borrowed until the next call. `places` are the request's.
  const pcai_event& show(GenerateEvent event, const api::Places& places);

 private:
  // They fill shown_ from parts of event_.
  void show_logprobs(const std::vector<TokenLogprobs>& logprobs);
  void show_end(const Usage& usage, const Timings& timings);

  GenerateEvent event_;                        // owns the text
  std::vector<pcai_token_logprobs> logprobs_;  // point into event_ and top_
  std::vector<pcai_token_logprob> top_;        // the alternatives of all tokens, one after another
  std::string lines_;                          // warnings, one a line
  pcai_event shown_ = {};
};

}  // namespace pcai::capi

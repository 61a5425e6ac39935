#pragma once

#include <string>
#include <vector>

#include "core/event.h"

namespace pcai::openai {

inline Finished finished(FinishReason reason = FinishReason::Stop, Usage usage = {},
                         Timings timings = {}) {
  return {reason, usage, timings};
}

inline TokenLogprobs token(std::string bytes, float logprob, std::vector<TokenLogprob> top = {}) {
  return {{1, std::move(bytes), logprob}, std::move(top)};
}

}  // namespace pcai::openai

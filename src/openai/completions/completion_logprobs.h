#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/event.h"

namespace pcai::openai {

/// The `logprobs` object of /v1/completions: four lists with an entry a token. Not thread-safe.
class CompletionLogprobs {
 public:
  void add(const std::vector<TokenLogprobs>& entries);

  /// Returns the object as JSON text and starts anew; the offsets go on.
  std::string take_json();

 private:
  std::string tokens_;
  std::string logprobs_;
  std::string top_;
  std::string offsets_;
  std::size_t offset_ = 0;  // in the text, in code points
};

}  // namespace pcai::openai

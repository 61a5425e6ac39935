#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"

namespace pcai::openai {

/// The `logprobs` object of /v1/completions: four lists with an entry a token. Not thread-safe.
class CompletionLogprobs {
 public:
  /// Of an answer that begins behind that text.
  explicit CompletionLogprobs(std::string_view echo = {});

  /// Adds tokens of the answer.
  void add(const std::vector<TokenLogprobs>& entries);

  /// Returns the object as JSON text and starts anew; the offsets go on. What `before` has comes
  /// first and stays there.
  std::string take_json(const CompletionLogprobs& before);
  std::string take_json();

 private:
  friend class EchoLogprobs;
  void add(const TokenLogprobs& entry, std::string_view logprob, std::uint32_t top);

  std::string tokens_;
  std::string logprobs_;
  std::string top_;
  std::string offsets_;
  std::size_t offset_ = 0;  // in the text, in code points
};

/// The same of a prompt that is echoed as text. Its tokens are found in that text: one that is not
/// there, such as a begin-of-text token, has the next one's offset. Not thread-safe.
class EchoLogprobs {
 public:
  /// `top`: alternatives a token. The first token has no probability.
  void add(const std::vector<TokenLogprobs>& entries, std::string_view echo, std::uint32_t top);

  const CompletionLogprobs& lists() const noexcept { return lists_; }

 private:
  CompletionLogprobs lists_;
  std::size_t at_ = 0;  // in the text, in bytes
};

}  // namespace pcai::openai

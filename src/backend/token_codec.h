#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "core/tokens.h"

namespace pcai::backend {

/// A model's vocabulary and chat template, for use without generating. It is an ability of a
/// LoadedModel, which owns it. Any thread may call any method. A call that takes long ends with
/// Cancelled soon after `stop` is requested.
class TokenCodec {
 public:
  virtual ~TokenCodec() = default;

  /// Turns text into tokens. Empty text has no tokens except special ones that the model adds.
  /// Fails with InvalidRequest if the text cannot be tokenized, and with ContextOverflow if it has
  /// far more bytes than the context can hold.
  virtual Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) = 0;

  /// Turns tokens into text: bytes, which need not be whole UTF-8. A special token becomes its
  /// name. Fails with InvalidRequest for an id outside the vocabulary.
  virtual Result<std::string> detokenize(const DetokenizeRequest& request,
                                         std::stop_token stop) = 0;

  /// Renders a chat as the prompt that the model would get. Fails as LoadedModel::submit does.
  virtual Result<std::string> apply_template(const TemplateRequest& request,
                                             std::stop_token stop) = 0;

  /// Counts a prompt's tokens as Usage::prompt_tokens would. A prompt longer than the context is
  /// still counted; only one beyond kMaxBytesPerToken × context bytes fails with ContextOverflow.
  virtual Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) = 0;
};

}  // namespace pcai::backend

#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "core/tokens.h"

namespace pcai::backend {

/// A model's vocabulary and chat template, without generating: an ability of a LoadedModel, which
/// owns it. Any thread may call any method. What can take long ends with Cancelled soon after
/// `stop` is asked for.
class TokenCodec {
 public:
  virtual ~TokenCodec() = default;

  /// No text, no tokens, but for special ones. Fails with InvalidRequest, or ContextOverflow for
  /// far more text than the context holds.
  virtual Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) = 0;

  /// The tokens' text: bytes, not always whole UTF-8. Special tokens give their names. Fails with
  /// InvalidRequest for an id outside the vocabulary.
  virtual Result<std::string> detokenize(const DetokenizeRequest& request,
                                         std::stop_token stop) = 0;

  /// The prompt that a chat becomes. Fails as LoadedModel::submit does.
  virtual Result<std::string> apply_template(const TemplateRequest& request,
                                             std::stop_token stop) = 0;

  /// Tokens of a prompt, as Usage::prompt_tokens would count them. Too long a one is no failure,
  /// unless it is far too long.
  virtual Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) = 0;
};

}  // namespace pcai::backend

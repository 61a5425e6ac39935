#pragma once

#include <unordered_map>

#include "backend/fake/fake_script.h"
#include "backend/token_codec.h"
#include "core/mutex.h"

namespace pcai {

/// The fake's tokens are words, and their ids are hashes: detokenize knows only the words that were
/// tokenized before. There are no special tokens. Any thread may call any method.
class FakeCodec final : public TokenCodec {
 public:
  /// `defaults` must outlive it.
  explicit FakeCodec(const FakeScript& defaults) : defaults_(defaults) {}

  Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) override;
  Result<std::string> detokenize(const DetokenizeRequest& request, std::stop_token stop) override;

  /// "<|user|>hello" and so on, a line each; "<|tools|>" and their names first where there are any.
  Result<std::string> apply_template(const TemplateRequest& request, std::stop_token stop) override;

  Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) override;

 private:
  const FakeScript& defaults_;
  Mutex mutex_;
  std::unordered_map<std::int32_t, std::string> words_ GUARDED_BY(mutex_);  // at most one an id
};

}  // namespace pcai

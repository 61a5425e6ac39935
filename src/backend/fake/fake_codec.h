#pragma once

#include <unordered_map>

#include "backend/fake/fake_script.h"
#include "backend/token_codec.h"
#include "core/mutex.h"

namespace pcai::backend::fake {

/// The fake model's tokens are words, and their ids are hashes. So detokenize() knows only words
/// that were tokenized before. There are no special tokens. Any thread may call any method.
class FakeCodec final : public TokenCodec {
 public:
  /// `defaults` must outlive it.
  explicit FakeCodec(const FakeScript& defaults) : defaults_(defaults) {}

  Result<Tokens> tokenize(const TokenizeRequest& request, std::stop_token stop) override;
  /// The token's text, or "<7>" for one that was not tokenized before.
  std::string word_of(std::int32_t token);

  Result<std::string> detokenize(const DetokenizeRequest& request, std::stop_token stop) override;

  /// Writes each message on a line: "<|user|>hello". If there are tools, a first line "<|tools|>"
  /// lists their names. The last line is the beginning of the answer, or what it goes on from.
  Result<std::string> apply_template(const TemplateRequest& request, std::stop_token stop) override;

  Result<std::uint32_t> count_tokens(const CountRequest& request, std::stop_token stop) override;

 private:
  const FakeScript& defaults_;
  Mutex mutex_;
  std::unordered_map<std::int32_t, std::string> words_ GUARDED_BY(mutex_);  // at most one an id
};

}  // namespace pcai::backend::fake

#include "backend/llamacpp/tokens/token_logprobs.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace pcai::backend::llamacpp {
namespace {

/// The logarithm of the sum of all exp(logit - most). In float, because a prompt has such a sum for
/// each token; that is good to 1e-6.
double log_sum(std::span<const float> logits, float most) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - most);
  return std::log(sum);
}

/// The `count` tokens with the largest logits, the largest first.
std::vector<llama_token> largest(std::span<const float> logits, std::size_t count) {
  const auto precedes = [&](llama_token a, llama_token b) {
    const float left = logits[static_cast<std::size_t>(a)];
    const float right = logits[static_cast<std::size_t>(b)];
    return left != right ? left > right : a < b;
  };
  std::vector<llama_token> best;
  if (count == 0) return best;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const auto token = static_cast<llama_token>(i);
    if (best.size() == count) {
      if (!precedes(token, best.back())) continue;
      best.pop_back();
    }
    best.insert(std::upper_bound(best.begin(), best.end(), token, precedes), token);
  }
  return best;
}

}  // namespace

TokenLogprobs token_logprobs(std::span<const float> logits, llama_token token, std::uint32_t top,
                             const Tokenizer& tokenizer) {
  const float most = *std::max_element(logits.begin(), logits.end());
  const double sum = log_sum(logits, most);
  const auto describe = [&](llama_token id) {
    const double logit = logits[static_cast<std::size_t>(id)];
    return TokenLogprob{id, tokenizer.name(id), static_cast<float>(logit - most - sum)};
  };
  TokenLogprobs result{describe(token), {}};
  for (const llama_token id : largest(logits, top)) result.top.push_back(describe(id));
  return result;
}

}  // namespace pcai::backend::llamacpp

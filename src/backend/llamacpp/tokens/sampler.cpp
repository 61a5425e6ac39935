#include "backend/llamacpp/tokens/sampler.h"

#include <algorithm>
#include <utility>

#include "backend/llamacpp/tokens/sampler_chain.h"

namespace pcai::backend::llamacpp {

Sampler::Sampler(const Tokenizer& tokenizer, const GenerateParams& params,
                 std::span<const Token> prompt, std::unique_ptr<TokenConstraint> constraint)
    : tokenizer_(tokenizer),
      greedy_(takes_the_largest(params)),
      learns_(params.mirostat != 0),
      chain_(make_sampler_chain(tokenizer, params, prompt)),
      constraint_(std::move(constraint)) {}

std::optional<Token> Sampler::sample(std::span<const float> logits) {
  std::optional<Token> token = next_forced();
  // Mirostat learns from each draw, so it must make one only.
  if (!token) token = pick(logits, learns_ && constraint_);
  // Most tokens are allowed, and to ask about one is far cheaper than to find all that are. What is
  // drawn again among those has the distribution that they alone would give.
  if (token && constraint_ && !constraint_->allows(*token)) token = pick(logits, true);
  if (!token) return std::nullopt;
  accept(*token);
  if (constraint_ && constraint_->error()) return std::nullopt;
  return token;
}

std::optional<Token> Sampler::pick(std::span<const float> logits, bool constrained) {
  if (greedy_ && !constrained) {
    return static_cast<Token>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
  candidates_.resize(logits.size());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    candidates_[i] = {static_cast<llama_token>(i), logits[i], 0};
  }
  if (constrained) constraint_->restrict(candidates_);
  if (candidates_.empty()) return std::nullopt;
  llama_token_data_array array{candidates_.data(), candidates_.size(), -1, false};
  llama_sampler_apply(chain_.get(), &array);
  return array.data[array.selected].id;
}

void Sampler::accept(Token token) {
  llama_sampler_accept(chain_.get(), token);
  if (constraint_) constraint_->accept(token);
}

void Sampler::force(std::vector<Token> tokens) {
  forced_.assign(tokens.begin(), tokens.end());
  queued_ = false;
}

std::optional<Token> Sampler::next_forced() {
  if (forced_.empty()) return std::nullopt;
  const Token token = forced_.front();
  forced_.pop_front();
  if (!constraint_ || constraint_->allows(token)) return token;
  forced_.clear();
  return std::nullopt;
}

std::vector<Token> Sampler::take_forced() {
  std::vector<Token> tokens;
  while (const std::optional<Token> token = next_forced()) {
    accept(*token);
    tokens.push_back(*token);
  }
  if (!constraint_) return tokens;
  for (const Token token : constraint_->forced()) {
    accept(token);
    tokens.push_back(token);
  }
  return tokens;
}

void Sampler::queue_forced() {
  if (!constraint_ || !forced_.empty() || std::exchange(queued_, false)) return;
  const std::vector<std::int32_t> tokens = constraint_->forced();
  forced_.assign(tokens.begin(), tokens.end());
  queued_ = !tokens.empty();
}

bool Sampler::complete() {
  return constraint_ && constraint_->complete();
}

Error Sampler::error() const {
  if (constraint_) {
    if (auto error = constraint_->error()) return *error;
  }
  return {ErrorCode::Internal, "the grammar allows no token here"};
}

}  // namespace pcai::backend::llamacpp

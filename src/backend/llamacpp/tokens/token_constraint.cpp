#include "backend/llamacpp/tokens/token_constraint.h"

#include <utility>

namespace pcai::backend::llamacpp {
namespace {

class MatcherConstraint final : public TokenConstraint {
 public:
  explicit MatcherConstraint(grammar::GrammarMatcher matcher) : matcher_(std::move(matcher)) {}

  bool allows(std::int32_t token) override { return matcher_.allows(token); }

  void restrict(std::vector<llama_token_data>& candidates) override {
    const auto mask = matcher_.mask();
    std::erase_if(candidates, [mask](const llama_token_data& candidate) {
      const auto token = static_cast<std::size_t>(candidate.id);
      return token / 32 >= mask.size() || ((mask[token / 32] >> (token % 32)) & 1) == 0;
    });
  }

  void accept(std::int32_t token) override { matcher_.accept(token); }
  std::vector<std::int32_t> forced() override { return matcher_.forced(); }
  bool complete() override { return matcher_.complete(); }

  std::optional<Error> error() const override {
    if (!matcher_.failed()) return std::nullopt;
    return matcher_.error();
  }

 private:
  grammar::GrammarMatcher matcher_;
};

class LedConstraint final : public TokenConstraint {
 public:
  LedConstraint(std::unique_ptr<TokenConstraint> lead, std::unique_ptr<TokenConstraint> whole)
      : lead_(std::move(lead)), whole_(std::move(whole)) {}

  bool allows(std::int32_t token) override {
    return (!lead_ || lead_->allows(token)) && (!whole_ || whole_->allows(token));
  }

  void restrict(std::vector<llama_token_data>& candidates) override {
    if (lead_) lead_->restrict(candidates);
    if (whole_) whole_->restrict(candidates);
  }

  void accept(std::int32_t token) override {
    if (whole_) whole_->accept(token);
    if (!lead_) return;
    lead_->accept(token);
    if (lead_->complete()) lead_.reset();
  }

  std::vector<std::int32_t> forced() override {
    if (lead_) return whole_ ? std::vector<std::int32_t>{} : lead_->forced();
    return whole_ ? whole_->forced() : std::vector<std::int32_t>{};
  }

  bool complete() override { return !lead_ && whole_ && whole_->complete(); }

  std::optional<Error> error() const override {
    auto error = lead_ ? lead_->error() : std::nullopt;
    return error || !whole_ ? error : whole_->error();
  }

 private:
  std::unique_ptr<TokenConstraint> lead_;  // null: it is complete
  std::unique_ptr<TokenConstraint> whole_;
};

}  // namespace

std::unique_ptr<TokenConstraint> constrain(grammar::GrammarMatcher matcher) {
  return std::make_unique<MatcherConstraint>(std::move(matcher));
}

std::unique_ptr<TokenConstraint> constrain(std::unique_ptr<TokenConstraint> lead,
                                           std::unique_ptr<TokenConstraint> whole) {
  return std::make_unique<LedConstraint>(std::move(lead), std::move(whole));
}

}  // namespace pcai::backend::llamacpp

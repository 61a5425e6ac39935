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

}  // namespace

std::unique_ptr<TokenConstraint> constrain(grammar::GrammarMatcher matcher) {
  return std::make_unique<MatcherConstraint>(std::move(matcher));
}

}  // namespace pcai::backend::llamacpp

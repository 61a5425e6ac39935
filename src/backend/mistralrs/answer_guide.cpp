#include "backend/mistralrs/answer_guide.h"

#include <utility>

namespace pcai::backend::mistralrs {
namespace {

AnswerGuide& guide_of(void* user) {
  return *static_cast<AnswerGuide*>(user);
}

}  // namespace

AnswerGuide::AnswerGuide(std::shared_ptr<const BridgeTokenizer> tokenizer,
                         std::optional<Constraint> constraint, std::optional<Budget> budget)
    : tokenizer_(std::move(tokenizer)),
      constraint_(std::move(constraint)),
      budget_(std::move(budget)) {
  if (!budget_) return;
  parser_.emplace(budget_->format);
  end_long_reasoning();
}

pcai_mrs_guide AnswerGuide::hand_over(std::unique_ptr<AnswerGuide> guide) {
  return {.user = guide.release(),
          .forced = [](void* user) { return guide_of(user).forced(); },
          .allows = [](void* user, std::int32_t token) -> std::int32_t {
            return guide_of(user).allows(token) ? 1 : 0;
          },
          .mask = [](void* user, std::size_t* words) -> const std::uint32_t* {
            const auto mask = guide_of(user).mask();
            *words = mask.size();
            return mask.data();
          },
          .accept = [](void* user, std::int32_t token) { return guide_of(user).accept(token); },
          .error = [](void* user) { return guide_of(user).error(); },
          .release = [](void* user) { delete &guide_of(user); }};
}

std::int32_t AnswerGuide::forced() {
  if (forced_.empty()) return -1;
  if (allows(forced_.front())) return forced_.front();
  forced_.clear();
  return -1;
}

bool AnswerGuide::allows(std::int32_t token) {
  return !constraint_ || constraint_->matcher.allows(token);
}

std::span<const std::uint32_t> AnswerGuide::mask() {
  return constraint_ ? constraint_->matcher.mask() : std::span<const std::uint32_t>();
}

std::int32_t AnswerGuide::accept(std::int32_t token) {
  if (!forced_.empty() && forced_.front() == token) forced_.pop_front();
  if (budget_) {
    if (parser_->reasons() && budget_->tokens > 0) --budget_->tokens;
    parser_->add(tokenizer_->text(token, budget_->format.marks));
    end_long_reasoning();
  }
  if (!constraint_) return 0;
  constraint_->matcher.accept(token);
  if (constraint_->matcher.failed()) return 2;
  queue_forced();
  return constraint_->matcher.complete() ? 1 : 0;
}

/// What the grammar forces becomes the tokens that the tokenizer makes of it, not those that the
/// model happens to like best.
void AnswerGuide::queue_forced() {
  if (!forced_.empty() || std::exchange(queued_, false)) return;
  const std::vector<std::int32_t> tokens = constraint_->matcher.forced();
  forced_.assign(tokens.begin(), tokens.end());
  queued_ = !tokens.empty();
}

void AnswerGuide::end_long_reasoning() {
  if (budget_->tokens > 0 || !parser_->reasons()) return;
  forced_.assign(budget_->end.begin(), budget_->end.end());
  queued_ = false;
  budget_.reset();
}

const char* AnswerGuide::error() {
  if (!constraint_ || !constraint_->matcher.failed()) return nullptr;
  error_ = constraint_->matcher.error().message;
  return error_.c_str();
}

}  // namespace pcai::backend::mistralrs

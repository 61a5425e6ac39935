#include "backend/llamacpp/tokens/word_matcher.h"

#include <algorithm>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kWordBits = 64;

}  // namespace

WordMatcher::WordMatcher(const WordPattern& pattern, std::u32string_view text)
    : pattern_(pattern),
      text_(text),
      row_((pattern.forks_ * (pattern.looks_far_ ? 2 : 1) + kWordBits - 1) / kWordBits) {}

std::optional<std::size_t> WordMatcher::match(std::size_t start, bool not_empty) {
  forget_before(start);
  if (!not_empty) return run(0, start, false);
  barred_ = start;
  const auto end = run(0, start, false);
  barred_.reset();
  // What failed at this place may have failed because of the bar.
  const std::size_t first = std::min((start - first_place_) * row_, known_.size());
  const std::size_t last = std::min(first + row_, known_.size());
  std::fill(known_.begin() + static_cast<std::ptrdiff_t>(first),
            known_.begin() + static_cast<std::ptrdiff_t>(last), 0);
  return end;
}

std::optional<std::size_t> WordMatcher::run(std::uint32_t step, std::size_t place, bool is_ahead) {
  const std::size_t bottom = way_.size();
  const auto succeed = [&](std::size_t end) {
    if (is_ahead) {
      for (std::size_t i = bottom; i < way_.size(); ++i) remember(way_[i], Outcome::Matched);
    }
    way_.resize(bottom);
    return end;
  };
  while (true) {
    const WordPattern::Step& now = pattern_.steps_[step];
    bool passes = true;
    switch (now.op) {
      case Op::Symbol:
        passes = place < text_.size() && pattern_.sets_[now.target].contains(text_[place]);
        ++place;
        ++step;
        break;
      case Op::Fork:
        if (is_ahead && known(step, place, Outcome::Matched)) return succeed(place);
        passes = !known(step, place, Outcome::Failed);
        if (passes) way_.push_back({step, static_cast<std::uint32_t>(place), false});
        step = now.target;
        break;
      case Op::Jump: step = now.target; break;
      case Op::AtEnd:
        passes = place == text_.size();
        ++step;
        break;
      case Op::Ahead:
        passes = matches_ahead(now, place) != now.negated;
        step = now.other;
        break;
      case Op::Accept:
        if (is_ahead || barred_ != place) return succeed(place);
        passes = false;
        break;
    }
    if (!passes && !go_back(bottom, step, place)) return std::nullopt;
  }
}

bool WordMatcher::matches_ahead(const WordPattern::Step& step, std::size_t place) {
  if (!pattern_.is_one_symbol(step.target)) return run(step.target, place, true).has_value();
  const SymbolSet& set = pattern_.sets_[pattern_.steps_[step.target].target];
  return place < text_.size() && set.contains(text_[place]);
}

bool WordMatcher::go_back(std::size_t bottom, std::uint32_t& step, std::size_t& place) {
  while (way_.size() > bottom) {
    Fork& last = way_.back();
    if (!last.tried) {
      last.tried = true;
      step = pattern_.steps_[last.step].other;
      place = last.place;
      return true;
    }
    remember(last, Outcome::Failed);
    way_.pop_back();
  }
  return false;
}

bool WordMatcher::known(std::uint32_t step, std::size_t place, Outcome outcome) const {
  const std::size_t bit = bit_of(step, outcome);
  const std::size_t word = (place - first_place_) * row_ + bit / kWordBits;
  return word < known_.size() && (known_[word] >> bit % kWordBits & 1) != 0;
}

void WordMatcher::remember(const Fork& fork, Outcome outcome) {
  const std::size_t place = fork.place - first_place_;
  if (known_.size() < (place + 1) * row_) known_.resize((place + 1) * row_);
  const std::size_t bit = bit_of(fork.step, outcome);
  known_[place * row_ + bit / kWordBits] |= std::uint64_t{1} << bit % kWordBits;
}

std::size_t WordMatcher::bit_of(std::uint32_t step, Outcome outcome) const {
  return pattern_.steps_[step].fork + (outcome == Outcome::Matched ? pattern_.forks_ : 0);
}

void WordMatcher::forget_before(std::size_t place) {
  constexpr std::size_t kFew = 4096;
  const std::size_t past = std::min((place - first_place_) * row_, known_.size());
  // Only if at least as much goes as stays, so that the whole text moves known_ only a few times.
  if (past < known_.size() && (past < kFew || 2 * past < known_.size())) return;
  known_.erase(known_.begin(), known_.begin() + static_cast<std::ptrdiff_t>(past));
  first_place_ = place;
}

}  // namespace pcai::backend::llamacpp

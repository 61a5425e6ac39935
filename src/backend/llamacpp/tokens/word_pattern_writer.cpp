#include "backend/llamacpp/tokens/word_pattern_writer.h"

#include <utility>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kMaxSteps = 1 << 15;
constexpr std::size_t kMaxDepth = 32;
constexpr std::uint32_t kMaxTimes = 1000;

}  // namespace

Result<WordPattern> WordPatternWriter::write() {
  if (write_choice() && !at_end()) refuse("a ')' without a '('");
  if (!error_.empty()) {
    return fail(ErrorCode::Unsupported,
                "the pre-tokenizer's pattern has " + error_ + " at " + std::to_string(at_));
  }
  append({.op = Op::Accept});
  for (Step& step : pattern_.steps_) {
    if (step.op == Op::Fork) step.fork = pattern_.forks_++;
    if (step.op == Op::Ahead && !pattern_.is_one_symbol(step.target)) pattern_.looks_far_ = true;
  }
  return std::move(pattern_);
}

bool WordPatternWriter::write_choice() {
  if (++depth_ > kMaxDepth) return refuse("too many groups in groups");
  std::vector<std::vector<Step>> choices;
  do {
    const std::uint32_t first = here();
    while (!at_end() && text_[at_] != U'|' && text_[at_] != U')') {
      if (!write_repeated()) return false;
    }
    choices.push_back(cut(first));
  } while (take(U"|"));
  std::vector<std::uint32_t> jumps;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const bool is_last = i + 1 == choices.size();
    const auto length = static_cast<std::uint32_t>(choices[i].size());
    if (!is_last) append({.op = Op::Fork, .target = here() + 1, .other = here() + length + 2});
    paste(std::move(choices[i]));
    if (is_last) break;
    jumps.push_back(here());
    append({.op = Op::Jump});
  }
  for (const std::uint32_t jump : jumps) pattern_.steps_[jump].target = here();
  --depth_;
  return true;
}

bool WordPatternWriter::write_repeated() {
  const std::uint32_t first = here();
  Times times;
  return write_part() && read_times(times) && repeat(first, times);
}

bool WordPatternWriter::write_part() {
  SymbolSet set;
  if (take(U"(")) return write_group();
  if (take(U"[")) return read_set(set) && write_set(std::move(set));
  if (take(U"\\")) {
    std::optional<char32_t> single;
    if (!read_escape(set, single)) return false;
    if (single) set.add(*single, *single);
    return write_set(std::move(set));
  }
  if (take(U"$")) {
    append({.op = Op::AtEnd});
    return true;
  }
  const char32_t symbol = text_[at_];
  if (std::u32string_view(U"^.*+?{}]").find(symbol) != std::u32string_view::npos) {
    return refuse("a sign that is not known there");
  }
  ++at_;
  set.add(symbol, symbol);
  return write_set(std::move(set));
}

bool WordPatternWriter::write_group() {
  const bool ahead = take(U"?=");
  const bool not_ahead = !ahead && take(U"?!");
  const std::uint32_t first = here();
  if (ahead || not_ahead) {
    append({.op = Op::Ahead, .negated = not_ahead, .target = first + 1});
  } else if (!take(U"?:") && !at_end() && text_[at_] == U'?') {
    return refuse("an unknown kind of group");
  }
  if (!write_choice()) return false;
  if (!take(U")")) return refuse("a '(' without a ')'");
  if (ahead || not_ahead) {
    append({.op = Op::Accept});
    pattern_.steps_[first].other = here();
  }
  return true;
}

bool WordPatternWriter::write_set(SymbolSet set) {
  append({.op = Op::Symbol, .target = static_cast<std::uint32_t>(pattern_.sets_.size())});
  pattern_.sets_.push_back(std::move(set));
  return true;
}

bool WordPatternWriter::repeat(std::uint32_t first, Times times) {
  if (times.least == 1 && times.most == 1U) return true;
  const std::vector<Step> part = cut(first);
  if (!times.most && may_be_empty(part)) return refuse("an endless repetition of nothing");
  const std::size_t copies = times.most.value_or(times.least + 1);
  if (copies * (part.size() + 1) > kMaxSteps) return refuse("too many repetitions");
  for (std::uint32_t i = 0; i < times.least; ++i) paste(part);
  const auto length = static_cast<std::uint32_t>(part.size());
  if (!times.most && times.least > 0) {
    append({.op = Op::Fork, .target = here() - length, .other = here() + 1});
  } else if (!times.most) {
    const std::uint32_t loop = here();
    append({.op = Op::Fork, .target = loop + 1, .other = loop + length + 2});
    paste(part);
    append({.op = Op::Jump, .target = loop});
  } else {
    const std::uint32_t optional = *times.most - times.least;
    const std::uint32_t end = here() + optional * (length + 1);
    for (std::uint32_t i = 0; i < optional; ++i) {
      append({.op = Op::Fork, .target = here() + 1, .other = end});
      paste(part);
    }
  }
  return true;
}

bool WordPatternWriter::read_times(Times& times) {
  if (take(U"*")) {
    times = {0, std::nullopt};
  } else if (take(U"+")) {
    times = {1, std::nullopt};
  } else if (take(U"?")) {
    times = {0, 1};
  } else if (take(U"{")) {
    if (!read_number(times.least)) return false;
    times.most = times.least;
    if (take(U",")) {
      std::uint32_t most = 0;
      if (!read_number(most)) return false;
      times.most = most;
    }
    if (!take(U"}") || times.least > *times.most) return refuse("a count that is none");
  } else {
    return true;
  }
  if (at_end() || std::u32string_view(U"*+?{").find(text_[at_]) == std::u32string_view::npos) {
    return true;
  }
  return refuse("a repetition of a repetition");
}

bool WordPatternWriter::read_number(std::uint32_t& number) {
  const std::size_t begin = at_;
  number = 0;
  for (; !at_end() && text_[at_] >= U'0' && text_[at_] <= U'9'; ++at_) {
    number = number * 10 + (text_[at_] - U'0');
    if (number > kMaxTimes) return refuse("too many repetitions");
  }
  return at_ > begin || refuse("a count that is none");
}

bool WordPatternWriter::read_set(SymbolSet& set) {
  const bool negated = take(U"^");
  if (take(U"]")) return refuse("an empty set");
  while (!take(U"]")) {
    if (at_end()) return refuse("a '[' without a ']'");
    const auto read_single = [&](std::optional<char32_t>& single) {
      if (take(U"\\")) return read_escape(set, single);
      single = text_[at_++];
      return true;
    };
    std::optional<char32_t> first;
    if (!read_single(first)) return false;
    std::optional<char32_t> last = first;
    const bool is_range = at_ + 1 < text_.size() && text_[at_] == U'-' && text_[at_ + 1] != U']';
    if (is_range) {
      ++at_;
      last.reset();
      if (!read_single(last)) return false;
      if (!first || !last || *first > *last) return refuse("a range that is none");
    }
    if (first) set.add(*first, *last);
  }
  if (negated) set.negate();
  return true;
}

bool WordPatternWriter::read_escape(SymbolSet& set, std::optional<char32_t>& single) {
  if (at_end()) return refuse("a '\\' at its end");
  const char32_t name = text_[at_++];
  const bool is_sign = name < 128 && !(name >= U'0' && name <= U'9') &&
                       !((name | 32) >= U'a' && (name | 32) <= U'z');
  if (is_sign) {
    single = name;
  } else if (name == U'r') {
    single = U'\r';
  } else if (name == U'n') {
    single = U'\n';
  } else if (name == U't') {
    single = U'\t';
  } else if (name == U'p') {
    return read_category(set);
  } else if (!set.add_class(name)) {
    return refuse("an unknown escape");
  }
  return true;
}

bool WordPatternWriter::read_category(SymbolSet& set) {
  const std::size_t end = text_.find(U'}', at_);
  if (!take(U"{") || end == std::u32string_view::npos ||
      !set.add_category(text_.substr(at_, end - at_))) {
    return refuse("an unknown category");
  }
  at_ = end + 1;
  return true;
}

bool WordPatternWriter::refuse(std::string what) {
  if (error_.empty()) error_ = std::move(what);
  return false;
}

bool WordPatternWriter::take(std::u32string_view symbols) {
  if (text_.substr(at_, symbols.size()) != symbols) return false;
  at_ += symbols.size();
  return true;
}

/// Whether one can come behind the part without a symbol.
bool WordPatternWriter::may_be_empty(const std::vector<Step>& part) {
  std::vector<bool> seen(part.size() + 1);
  std::vector<std::size_t> open = {0};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (seen[at]) continue;
    seen[at] = true;
    if (at == part.size() || part[at].op == Op::Symbol) continue;
    const Step& step = part[at];
    if (step.op == Op::Fork || step.op == Op::Jump) open.push_back(step.target);
    if (step.op == Op::Fork || step.op == Op::Ahead) open.push_back(step.other);
    if (step.op == Op::AtEnd) open.push_back(at + 1);
  }
  return seen[part.size()];
}

std::vector<WordPatternWriter::Step> WordPatternWriter::cut(std::uint32_t first) {
  const auto begin = pattern_.steps_.begin() + first;
  std::vector<Step> steps(begin, pattern_.steps_.end());
  pattern_.steps_.erase(begin, pattern_.steps_.end());
  for (Step& step : steps) {
    if (step.op == Op::Symbol) continue;
    step.target -= first;
    step.other -= first;
  }
  return steps;
}

void WordPatternWriter::paste(std::vector<Step> steps) {
  const std::uint32_t first = here();
  for (Step& step : steps) {
    if (step.op != Op::Symbol) {
      step.target += first;
      step.other += first;
    }
    append(step);
  }
}

}  // namespace pcai::backend::llamacpp

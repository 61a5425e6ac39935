#include "backend/answer/marked/marked_reader.h"

#include <algorithm>
#include <utility>

#include "backend/answer/call_id.h"
#include "backend/answer/marked/mark_match.h"

namespace pcai::backend::answer {
namespace {

constexpr std::size_t kCalls = 0;  // of text_marks_
constexpr std::size_t kReasoning = 1;

std::size_t without_blanks_at_end(std::string_view text, std::size_t length) {
  while (length > 0 && is_blank(text[length - 1])) --length;
  return length;
}

std::size_t blanks_at_begin(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_blank) -
                                  text.begin());
}

}  // namespace

MarkedReader::MarkedReader(const AnswerFormat& format)
    : family_(*format.family), parallel_(format.parallel) {
  if (format.has_calls) tools_ = format.tools;
  const std::string_view begin =
      family_.calls_begin.empty() ? family_.call_begin : family_.calls_begin;
  const bool looks = format.has_calls || !family_.text_name.empty();
  text_marks_ = {looks ? begin : "", family_.reasoning_begin, family_.turn, family_.text_begin,
                 family_.text_end};
  if (format.begins_in_reasoning) state_ = State::Reasoning;
  skip_space_ = !format.goes_on;
  add(format.begun);
  dropped_.clear();
}

std::vector<GenerateEvent> MarkedReader::add(std::string_view text) {
  held_ += text;
  while (step(false)) {
  }
  return std::exchange(out_, {});
}

std::vector<GenerateEvent> MarkedReader::finish() {
  while (step(true)) {
  }
  new_calls_.finish(out_);
  return std::exchange(out_, {});
}

/// One step; true when another one may do something.
bool MarkedReader::step(bool last) {
  if (done_) return false;
  switch (state_) {
    case State::Text: return read_text(last);
    case State::Reasoning: return read_reasoning(last);
    case State::Calls: return read_calls();
    case State::Name: return read_name();
    case State::Arguments: return read_call();
    case State::CallTail: return read_call_tail();
    case State::AfterCall: return read_after_call();
  }
  return false;
}

bool MarkedReader::read_text(bool last) {
  const FoundMark found = find_mark(text_marks_, held_);
  if (found.fit != Fit::Whole) {
    std::size_t clear = last ? held_.size() : found.position;
    // Blanks before a mark are those of the format.
    if (!last || calls_ > 0) clear = without_blanks_at_end(held_, clear);
    emit(clear, false);
    return false;
  }
  emit(without_blanks_at_end(held_, found.position), false);
  dropped_.clear();
  drop(blanks_at_begin(held_));
  drop(found.length);
  skip_space_ = true;
  if (found.which == kReasoning) state_ = State::Reasoning;
  if (found.which == kCalls) state_ = family_.calls_begin.empty() ? State::Name : State::Calls;
  return true;
}

bool MarkedReader::read_reasoning(bool last) {
  const FoundMark found = find_mark({family_.reasoning_end}, held_);
  const bool ends = found.fit == Fit::Whole;
  emit(without_blanks_at_end(held_, last && !ends ? held_.size() : found.position), true);
  if (!ends) return false;
  held_.erase(0, held_.find(family_.reasoning_end) + found.length);
  state_ = State::Text;
  skip_space_ = true;
  return true;
}

bool MarkedReader::read_calls() {
  if (take_mark(family_.call_begin, State::Name)) return true;
  return may_become(family_.call_begin) ? false : is_no_call();
}

/// One of the functions, and what ends its name.
bool MarkedReader::read_name() {
  bool may_come = false;
  const auto fit = [&](std::string_view name) -> MarkFit {
    if (!held_.starts_with(name)) {
      may_come |= name.starts_with(held_);
      return {};
    }
    const MarkFit end = fit_mark(family_.name_end.empty() ? "~{" : family_.name_end,
                                 std::string_view(held_).substr(name.size()));
    may_come |= end.fit == Fit::Begun;
    return end;
  };
  if (!family_.text_name.empty()) {
    if (const MarkFit end = fit(family_.text_name); end.fit == Fit::Whole) {
      held_.erase(0, family_.text_name.size() + end.length);
      state_ = State::Text;
      skip_space_ = false;
      return true;
    }
  }
  for (const ToolDefinition& tool : tools_) {
    if (fit(tool.name).fit == Fit::Whole) return begin_call(tool);
  }
  return may_come ? false : is_no_call();
}

bool MarkedReader::begin_call(const ToolDefinition& tool) {
  if (calls_ > 0 && !parallel_) {
    done_ = true;
    return false;
  }
  const std::string_view rest = std::string_view(held_).substr(tool.name.size());
  held_.erase(0, tool.name.size() + fit_mark(family_.name_end, rest).length);
  new_calls_.add({calls_, random_call_id(), tool.name, ""}, out_);
  arguments_ = read_arguments(family_, tool.parameters);
  state_ = State::Arguments;
  return true;
}

bool MarkedReader::read_call() {
  if (std::string json = arguments_->take(held_); !json.empty()) {
    new_calls_.add({calls_, "", "", std::move(json)}, out_);
  }
  if (!arguments_->complete()) return false;
  done_ = !new_calls_.end();
  if (done_) return false;
  ++calls_;
  state_ = State::CallTail;
  return true;
}

bool MarkedReader::read_call_tail() {
  if (!take_mark(family_.call_end, State::AfterCall)) {
    if (may_become(family_.call_end)) return false;
    state_ = State::AfterCall;
  }
  dropped_.clear();
  return true;
}

bool MarkedReader::read_after_call() {
  if (take_mark(family_.calls_end, State::Text)) return true;
  if (take_mark(family_.call_begin, State::Name)) return true;
  if (family_.between != "~" && take_mark(family_.between, State::AfterCall)) return true;
  const bool may_come = may_become(family_.calls_end) || may_become(family_.call_begin) ||
                        may_become(family_.between);
  if (may_come) return false;
  state_ = State::Text;
  skip_space_ = true;
  return true;
}

/// Drops a mark, with blanks before it, if the text begins with it.
bool MarkedReader::take_mark(std::string_view mark, State next) {
  if (mark.empty()) return false;
  const std::size_t blanks = blanks_at_begin(held_);
  const MarkFit fit = fit_mark(mark, std::string_view(held_).substr(blanks));
  if (fit.fit != Fit::Whole) return false;
  drop(blanks + fit.length);
  state_ = next;
  skip_space_ = true;
  return true;
}

/// Whether the text, behind blanks, ends inside the mark.
bool MarkedReader::may_become(std::string_view mark) const {
  const std::string_view rest = std::string_view(held_).substr(blanks_at_begin(held_));
  return !mark.empty() && (rest.empty() || fit_mark(mark, rest).fit == Fit::Begun);
}

/// What was taken for a call's marks is text.
bool MarkedReader::is_no_call() {
  const std::string text = std::exchange(dropped_, {});
  if (!text.empty()) out_.push_back(TextDelta{text});
  skip_space_ = false;
  state_ = State::Text;
  return true;
}

void MarkedReader::drop(std::size_t length) {
  dropped_ += held_.substr(0, length);
  held_.erase(0, length);
}

void MarkedReader::emit(std::size_t length, bool reasoning) {
  const std::size_t blanks =
      skip_space_ ? blanks_at_begin(std::string_view(held_).substr(0, length)) : 0;
  std::string text = held_.substr(blanks, length - blanks);
  held_.erase(0, length);
  if (text.empty()) return;
  skip_space_ = false;
  if (reasoning) {
    out_.push_back(ReasoningDelta{std::move(text)});
  } else {
    out_.push_back(TextDelta{std::move(text)});
  }
}

}  // namespace pcai::backend::answer

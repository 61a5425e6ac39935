#include "backend/answer/answer_parser.h"

#include <algorithm>
#include <utility>

#include "backend/answer/call_id.h"
#include "core/parameters/limits.h"

namespace pcai::backend::answer {
namespace {

bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/// How many of the last characters could be the beginning of `mark`.
std::size_t beginning_at_end(std::string_view text, std::string_view mark) {
  for (std::size_t length = std::min(text.size(), mark.size() - 1); length > 0; --length) {
    if (text.substr(text.size() - length) == mark.substr(0, length)) return length;
  }
  return 0;
}

std::size_t without_space_at_end(std::string_view text, std::size_t length) {
  while (length > 0 && is_space(text[length - 1])) --length;
  return length;
}

}  // namespace

AnswerParser::AnswerParser(AnswerFormat format)
    : format_(std::move(format)),
      state_(format_.reasoning_begin.empty() ? State::Text
             : format_.begins_in_reasoning   ? State::Reasoning
                                             : State::Start) {
  skip_space_ = state_ == State::Reasoning && !format_.goes_on;
}

std::vector<GenerateEvent> AnswerParser::add(std::string_view text) {
  held_ += text;
  while (step(false)) {
  }
  return std::exchange(out_, {});
}

std::vector<GenerateEvent> AnswerParser::finish() {
  while (step(true)) {
  }
  new_calls_.finish(out_);
  return std::exchange(out_, {});
}

/// One step; true when another one may do something.
bool AnswerParser::step(bool last) {
  if (done_) return false;
  switch (state_) {
    case State::Start: return start(last);
    case State::Reasoning: return read_reasoning(last);
    case State::Text: return read_text(last);
    case State::CallHead: return read_call_head();
    case State::Arguments: return read_arguments();
    case State::CallTail: return read_call_tail();
  }
  return false;
}

bool AnswerParser::start(bool last) {
  const auto first = std::find_if_not(held_.begin(), held_.end(), is_space);
  const std::string_view text(held_.data() + (first - held_.begin()),
                              static_cast<std::size_t>(held_.end() - first));
  const std::string& begin = format_.reasoning_begin;
  if (text.substr(0, begin.size()) == begin) {
    held_.erase(0, static_cast<std::size_t>(first - held_.begin()) + begin.size());
    state_ = State::Reasoning;
    skip_space_ = true;
    return true;
  }
  if (!last && text.size() < begin.size() && begin.compare(0, text.size(), text) == 0) return false;
  state_ = State::Text;
  return true;
}

bool AnswerParser::read_reasoning(bool last) {
  const std::string& end = format_.reasoning_end;
  const std::size_t found = held_.find(end);
  if (found != std::string::npos) {
    emit_reasoning(without_space_at_end(held_, found));
    held_.erase(0, held_.find(end) + end.size());
    state_ = State::Text;
    skip_space_ = true;
    return true;
  }
  const std::size_t clear = held_.size() - (last ? 0 : beginning_at_end(held_, end));
  emit_reasoning(without_space_at_end(held_, clear));
  return false;
}

bool AnswerParser::read_text(bool last) {
  const std::size_t found = format_.has_calls ? held_.find(kCallBegin) : std::string::npos;
  if (found != std::string::npos) {
    emit_text(without_space_at_end(held_, found));
    held_.erase(0, held_.find(kCallBegin) + kCallBegin.size());
    state_ = State::CallHead;
    return true;
  }
  std::size_t clear = held_.size();
  if (format_.has_calls && !last) {
    clear = without_space_at_end(held_, clear - beginning_at_end(held_, kCallBegin));
  }
  // Blanks after a call are those of the format.
  if (last && calls_ > 0) clear = without_space_at_end(held_, clear);
  emit_text(clear);
  return false;
}

/// A name that is longer than any is, or other text in this place: then it was no call.
bool AnswerParser::read_call_head() {
  const std::string_view text = held_;
  const auto no_call = [this] {
    held_.insert(0, kCallBegin);
    format_.has_calls = false;
    state_ = State::Text;
    return true;
  };
  const std::string_view head = text.substr(0, kCallHead.size());
  if (head != kCallHead.substr(0, head.size())) return no_call();
  if (text.size() <= kCallHead.size()) return false;
  const std::size_t name_end = text.find('"', kCallHead.size());
  if (name_end == std::string_view::npos) {
    return text.size() > kCallHead.size() + kMaxToolNameBytes ? no_call() : false;
  }
  const std::string_view middle = text.substr(name_end, kCallMiddle.size());
  if (middle != kCallMiddle.substr(0, middle.size())) return no_call();
  if (middle.size() < kCallMiddle.size()) return false;
  new_calls_.add({calls_, random_call_id(),
                  std::string(text.substr(kCallHead.size(), name_end - kCallHead.size())), ""},
                 out_);
  held_.erase(0, name_end + kCallMiddle.size());
  state_ = State::Arguments;
  depth_ = 0;
  in_string_ = escaped_ = false;
  return true;
}

bool AnswerParser::read_arguments() {
  std::size_t end = 0;
  bool complete = false;
  while (end < held_.size() && !complete) {
    const char c = held_[end++];
    if (in_string_) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      complete = --depth_ == 0;
    }
  }
  if (end > 0) new_calls_.add({calls_, "", "", held_.substr(0, end)}, out_);
  held_.erase(0, end);
  if (!complete) return false;
  end_call();
  return true;
}

void AnswerParser::end_call() {
  done_ = !new_calls_.end();
  if (done_) return;
  ++calls_;
  state_ = State::CallTail;
}

bool AnswerParser::read_call_tail() {
  const std::size_t found = held_.find(kCallEnd);
  if (found == std::string::npos) return false;
  held_.erase(0, found + kCallEnd.size());
  state_ = State::Text;
  skip_space_ = true;
  return true;
}

std::string AnswerParser::take(std::size_t length) {
  std::size_t blanks = 0;
  if (skip_space_) {
    while (blanks < length && is_space(held_[blanks])) ++blanks;
  }
  std::string text = held_.substr(blanks, length - blanks);
  held_.erase(0, length);
  if (!text.empty()) skip_space_ = false;
  return text;
}

void AnswerParser::emit_text(std::size_t length) {
  std::string text = take(length);
  if (!text.empty()) out_.push_back(TextDelta{std::move(text)});
}

void AnswerParser::emit_reasoning(std::size_t length) {
  std::string text = take(length);
  if (!text.empty()) out_.push_back(ReasoningDelta{std::move(text)});
}

}  // namespace pcai::backend::answer

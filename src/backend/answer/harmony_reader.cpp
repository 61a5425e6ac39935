#include "backend/answer/harmony_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "backend/answer/answer_parser.h"
#include "backend/answer/call_id.h"
#include "backend/answer/harmony.h"
#include "core/parameters/limits.h"

namespace pcai::backend::answer {
namespace {

constexpr std::size_t kLongestHeader = 256 + kMaxToolNameBytes;

struct Found {
  std::size_t position = std::string::npos;
  std::string_view mark;
};

Found first_mark(std::string_view text) {
  Found first;
  for (const std::string_view mark : harmony::kMarks) {
    const std::size_t position = text.find(mark);
    if (position < first.position) first = {position, mark};
  }
  return first;
}

/// How many of the last characters could be the beginning of a mark.
std::size_t beginning_at_end(std::string_view text) {
  const std::size_t begin = text.rfind('<');
  if (begin == std::string_view::npos) return 0;
  const std::string_view rest = text.substr(begin);
  const bool may_be =
      std::any_of(harmony::kMarks.begin(), harmony::kMarks.end(),
                  [rest](std::string_view mark) { return mark.substr(0, rest.size()) == rest; });
  return may_be ? rest.size() : 0;
}

void erase_marks(std::string& text) {
  for (Found found = first_mark(text); found.position != std::string::npos;
       found = first_mark(text)) {
    text.erase(found.position, found.mark.size());
  }
}

/// A call's function; "" if it is none.
std::string function_of(const harmony::Header& header) {
  std::string name = header.recipient;
  if (name.starts_with(harmony::kFunctions)) name.erase(0, harmony::kFunctions.size());
  return name == "assistant" || name == "user" || name == "all" ? "" : name;
}

}  // namespace

HarmonyReader::HarmonyReader(const AnswerFormat& format) : has_calls_(format.has_calls) {
  if (format.calls_in_text) {
    text_reader_ = std::make_unique<AnswerParser>(AnswerFormat{.has_calls = true});
  }
  add(format.begun);  // its events are no part of the answer
  has_text_ = has_reasoning_ = false;
}

std::vector<GenerateEvent> HarmonyReader::add(std::string_view text) {
  held_ += text;
  while (step(false)) {
  }
  return take_events();
}

std::vector<GenerateEvent> HarmonyReader::finish() {
  while (step(true)) {
  }
  if (part_ == Part::Call) end_call();
  if (text_reader_) {
    auto rest = text_reader_->finish();
    std::move(rest.begin(), rest.end(), std::back_inserter(out_));
  }
  return take_events();
}

bool HarmonyReader::called() const noexcept {
  return calls_ > 0 || (text_reader_ && text_reader_->called());
}

std::vector<GenerateEvent> HarmonyReader::take_events() {
  if (text_reader_ && text_reader_->done()) done_ = true;
  return std::exchange(out_, {});
}

/// One step; true when another one may do something.
bool HarmonyReader::step(bool last) {
  if (done_ || held_.empty()) return false;
  return part_ == Part::Header ? read_header(last) : read_body(last);
}

bool HarmonyReader::read_header(bool last) {
  const std::size_t end = held_.find(harmony::kMessage);
  const bool may_be = harmony::may_be_header(held_);
  if (!may_be || (end == std::string::npos && held_.size() > kLongestHeader)) {
    // It forgot the header, or writes one without an end.
    if (may_be) erase_marks(held_);
    begin(Part::Text);
    return true;
  }
  if (end == std::string::npos) {
    if (last) held_.clear();  // a header that was cut says nothing
    return false;
  }
  const harmony::Header header = harmony::read_header(std::string_view(held_).substr(0, end));
  held_.erase(0, end + harmony::kMessage.size());
  const std::string function = has_calls_ ? function_of(header) : "";
  if (!function.empty()) {
    begin(Part::Call);
    out_.push_back(ToolCallDelta{calls_, random_call_id(), function, ""});
  } else {
    begin(header.channel == "analysis" && function_of(header).empty() ? Part::Reasoning
                                                                      : Part::Text);
  }
  return true;
}

bool HarmonyReader::read_body(bool last) {
  const Found found = first_mark(held_);
  if (found.position == std::string::npos) {
    const std::size_t clear = held_.size() - (last ? 0 : beginning_at_end(held_));
    tell(held_.substr(0, clear));
    held_.erase(0, clear);
    return false;
  }
  tell(held_.substr(0, found.position));
  held_.erase(0, found.position);
  if (found.mark == harmony::kMessage || found.mark == harmony::kConstrain) {
    held_.erase(0, found.mark.size());  // it means nothing here
  } else {
    end_message(found.mark);
  }
  return true;
}

void HarmonyReader::begin(Part part) {
  part_ = part;
  has_arguments_ = false;
  const bool goes_on = part == Part::Text ? has_text_ : part == Part::Reasoning && has_reasoning_;
  separator_ = goes_on ? "\n" : "";
}

void HarmonyReader::end_message(std::string_view mark) {
  const bool was_call = part_ == Part::Call;
  if (was_call) end_call();
  done_ = mark == harmony::kReturn || (was_call && mark == harmony::kCall);
  part_ = Part::Header;
  if (mark != harmony::kStart && mark != harmony::kChannel) held_.erase(0, mark.size());
}

void HarmonyReader::end_call() {
  if (!has_arguments_) tell("{}");
  ++calls_;
  part_ = Part::Header;
}

void HarmonyReader::tell(std::string text) {
  if (text.empty()) return;
  text.insert(0, std::exchange(separator_, {}));
  switch (part_) {
    case Part::Call:
      has_arguments_ = true;
      out_.push_back(ToolCallDelta{calls_, "", "", std::move(text)});
      break;
    case Part::Reasoning:
      has_reasoning_ = true;
      out_.push_back(ReasoningDelta{std::move(text)});
      break;
    case Part::Header:
    case Part::Text: tell_text(std::move(text)); break;
  }
}

void HarmonyReader::tell_text(std::string text) {
  has_text_ = true;
  if (!text_reader_) {
    out_.push_back(TextDelta{std::move(text)});
    return;
  }
  auto events = text_reader_->add(text);
  std::move(events.begin(), events.end(), std::back_inserter(out_));
}

}  // namespace pcai::backend::answer

#pragma once

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/answer_reader.h"

namespace pcai::backend::answer {

/// All events of an answer, joined by kind.
struct Answer {
  std::string text = {};
  std::string reasoning = {};
  struct Call {
    std::string name;
    std::string arguments;
    bool operator==(const Call&) const = default;
  };
  std::vector<Call> calls = {};
  bool operator==(const Answer&) const = default;
};

inline void PrintTo(const Answer& answer, std::ostream* out) {
  *out << "text '" << answer.text << "' reasoning '" << answer.reasoning << "'";
  for (const auto& call : answer.calls) *out << " call " << call.name << " " << call.arguments;
}

inline void join(Answer& answer, const std::vector<GenerateEvent>& events) {
  for (const GenerateEvent& event : events) {
    if (const auto* text = std::get_if<TextDelta>(&event)) answer.text += text->text;
    if (const auto* reasoning = std::get_if<ReasoningDelta>(&event)) {
      answer.reasoning += reasoning->text;
    }
    if (const auto* call = std::get_if<ToolCallDelta>(&event)) {
      if (!call->id.empty()) {
        EXPECT_EQ(call->index, answer.calls.size());
        answer.calls.push_back({call->name, ""});
      }
      ASSERT_FALSE(answer.calls.empty());
      answer.calls.back().arguments += call->arguments;
    }
  }
}

/// Gives the reader the text in pieces of this many bytes.
inline Answer read_in_pieces(AnswerReader& reader, std::string_view text, std::size_t piece) {
  Answer answer;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    join(answer, reader.add(text.substr(at, piece)));
  }
  join(answer, reader.finish());
  return answer;
}

}  // namespace pcai::backend::answer

#include <algorithm>
#include <utility>

#include "openai/chat/chat_response.h"
#include "openai/error_body.h"
#include "openai/response_parts.h"

namespace pcai::openai {
namespace {

constexpr std::string_view kNoLogprobs = "null";
constexpr std::string_view kNotFinished = "null";

std::string member_text(std::string_view name) {
  return "\"" + std::string(name) + "\"";
}

}  // namespace

struct ChatStreamWriter::State {
  struct Choice {
    ToolCallNumbers numbers;
    bool ended = false;
  };

  bool logprobs;
  bool include_usage;
  std::vector<Choice> choices;
  std::string reasoning;  // its member's name, as JSON text
  bool legacy_calls;
  std::string prefix;                 // from "data: " to the opening bracket of `choices`
  std::vector<std::string> warnings;  // that no chunk has told yet
  bool open = false;
  AnswerTotals totals = {};
  std::size_t ended = 0;
  bool failed = false;

  /// One frame. `delta` is a JSON object, `extra` members of the chunk.
  std::string chunk(std::size_t index, std::string_view delta, std::string_view log,
                    std::string_view finish, std::string_view extra = {}) const {
    std::string out;
    out.reserve(prefix.size() + delta.size() + log.size() + extra.size() + 128);
    out += prefix;
    out += "{\"index\":";
    api::append_number(out, static_cast<std::int64_t>(index));
    out += ",\"delta\":";
    out += delta;
    out += ",\"logprobs\":";
    out += log;
    out += ",\"finish_reason\":";
    out += finish;
    out += "}]";
    if (include_usage) out += ",\"usage\":null";
    out += extra;
    out += "}\n\n";
    return out;
  }

  std::string take(std::size_t, const Accepted&) { return {}; }
  /// The model's go into the first chunk, if they come before it.
  std::string take(std::size_t index, const Warned& warned) {
    warnings.insert(warnings.end(), warned.warnings.begin(), warned.warnings.end());
    if (!open || warnings.empty()) return {};
    return chunk(index, "{}", kNoLogprobs, kNotFinished, take_warnings());
  }

  /// `,"warnings":[…]` or nothing.
  std::string take_warnings() { return warnings_member(std::exchange(warnings, {})); }
  std::string take(std::size_t, const PromptLogprobs&) { return {}; }

  std::string take(std::size_t index, const TextDelta& delta) {
    const bool with_logprobs = logprobs && !delta.logprobs.empty();
    if (delta.text.empty() && !with_logprobs) return {};
    std::string text = "{\"content\":";
    api::append_string(text, delta.text);
    text += '}';
    if (!with_logprobs) return chunk(index, text, kNoLogprobs, kNotFinished);
    std::string entries;
    append_logprobs(entries, delta.logprobs);
    return chunk(index, text, "{\"content\":[" + entries + "],\"refusal\":null}", kNotFinished);
  }

  std::string take(std::size_t index, const ReasoningDelta& delta) {
    if (delta.text.empty()) return {};
    std::string text = "{" + reasoning + ":";
    api::append_string(text, delta.text);
    return chunk(index, text + "}", kNoLogprobs, kNotFinished);
  }

  std::string take(std::size_t index, const ToolCallDelta& delta) {
    const auto number = choices[index].numbers.of(delta.index);
    if (!number.first && delta.arguments.empty()) return {};
    if (legacy_calls) return take_legacy(index, number, delta);
    // SDKs concatenate strings, so id and name go out once only.
    api::Json call = {{"index", number.position}};
    if (number.first) {
      call["id"] = delta.id;
      call["type"] = "function";
      call["function"]["name"] = delta.name;
    }
    call["function"]["arguments"] = delta.arguments;
    return chunk(index, "{\"tool_calls\":[" + api::to_text(call) + "]}", kNoLogprobs, kNotFinished);
  }

  /// There is one call, without index and id.
  std::string take_legacy(std::size_t index, ToolCallNumbers::Number number,
                          const ToolCallDelta& delta) const {
    if (number.position > 0) return {};
    api::Json call = api::Json::object();
    if (number.first) call["name"] = delta.name;
    call["arguments"] = delta.arguments;
    return chunk(index, "{\"function_call\":" + api::to_text(call) + "}", kNoLogprobs,
                 kNotFinished);
  }

  std::string take(std::size_t index, const Finished& finished) {
    choices[index].ended = true;
    totals.add(finished.usage, finished.timings);
    const bool last = ++ended == choices.size();
    const Calls calls = legacy_calls ? Calls::Legacy : Calls::Tools;
    const std::string_view reason =
        finish_reason(finished.reason, choices[index].numbers.empty() ? Calls::None : calls);
    std::string timings;
    if (last)
      timings = ",\"timings\":" + api::to_text(timings_json(totals.timings(), totals.usage()));
    std::string out =
        chunk(index, "{}", kNoLogprobs, member_text(reason), include_usage ? "" : timings);
    if (!last) return out;
    if (include_usage) {
      out += prefix + "],\"usage\":" + api::to_text(usage_json(totals.usage())) + timings + "}\n\n";
    }
    return out + "data: [DONE]\n\n";
  }

  std::string take(std::size_t, const Failed& failure) {
    failed = true;
    return "data: " + error_body(failure.error) + "\n\n";
  }
};

ChatStreamWriter::ChatStreamWriter(ChatResponseHead head, std::uint32_t n, bool logprobs,
                                   bool include_usage)
    : state_(new State{.logprobs = logprobs,
                       .include_usage = include_usage,
                       .choices = std::vector<State::Choice>(n),
                       .reasoning = member_text(head.reasoning_name),
                       .legacy_calls = head.legacy_calls,
                       .prefix = "data: " + answer_prefix(head.id, "chat.completion.chunk",
                                                          head.created, head.model),
                       .warnings = std::move(head.warnings)}) {}
ChatStreamWriter::~ChatStreamWriter() = default;
ChatStreamWriter::ChatStreamWriter(ChatStreamWriter&&) noexcept = default;

std::string ChatStreamWriter::open() {
  std::string out;
  const std::string warnings = state_->take_warnings();
  state_->open = true;
  for (std::size_t i = 0; i < state_->choices.size(); ++i) {
    out += state_->chunk(i, R"({"role":"assistant","content":""})", kNoLogprobs, kNotFinished,
                         i == 0 ? std::string_view(warnings) : std::string_view{});
  }
  return out;
}

std::string ChatStreamWriter::add(std::uint32_t choice, const GenerateEvent& event) {
  if (done() || choice >= state_->choices.size()) return {};
  // A failure ends the whole stream, whichever choice it is told of.
  if (state_->choices[choice].ended && !std::holds_alternative<Failed>(event)) return {};
  return std::visit([&](const auto& one) { return state_->take(choice, one); }, event);
}

bool ChatStreamWriter::done() const {
  return state_->failed || state_->ended == state_->choices.size();
}

}  // namespace pcai::openai

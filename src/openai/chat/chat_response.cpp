#include "openai/chat/chat_response.h"

#include <algorithm>

#include "openai/response_parts.h"

namespace pcai::openai {

struct ChatResponseBuilder::State {
  struct Choice {
    std::string content;
    std::string reasoning;
    std::vector<ToolCall> tool_calls;
    ToolCallNumbers numbers;
    std::string logprobs;  // entries as JSON text
    FinishReason reason = FinishReason::Stop;
    bool ended = false;
  };

  ChatResponseHead head;
  bool logprobs;
  std::vector<Choice> choices;
  AnswerTotals totals;
  std::string prompt_logprobs = {};  // entries as JSON text
  std::optional<Error> error = {};

  void take(Choice&, const Accepted&) {}
  void take(Choice&, const Warned& warned) {
    head.warnings.insert(head.warnings.end(), warned.warnings.begin(), warned.warnings.end());
  }
  /// The first choice tells them.
  void take(Choice&, const PromptLogprobs& part) {
    if (!head.prompt_logprobs) return;
    append_prompt_logprobs(prompt_logprobs, part.tokens, *head.prompt_logprobs);
  }

  void take(Choice& choice, const TextDelta& delta) {
    choice.content += delta.text;
    if (logprobs) append_logprobs(choice.logprobs, delta.logprobs);
  }

  void take(Choice& choice, const ReasoningDelta& delta) { choice.reasoning += delta.text; }

  void take(Choice& choice, const ToolCallDelta& delta) {
    const auto number = choice.numbers.of(delta.index);
    if (number.first) choice.tool_calls.push_back({delta.id, delta.name, {}});
    choice.tool_calls[number.position].arguments += delta.arguments;
  }

  void take(Choice& choice, const Finished& finished) {
    choice.ended = true;
    choice.reason = finished.reason;
    totals.add(finished.usage, finished.timings);
  }

  void take(Choice& choice, const Failed& failed) {
    choice.ended = true;
    if (!error) error = failed.error;
  }

  api::Json message_json(const Choice& choice) const {
    const bool silent = choice.content.empty() && !choice.tool_calls.empty();
    api::Json message = {{"role", "assistant"},
                         {"content", silent ? api::Json(nullptr) : api::Json(choice.content)},
                         {"refusal", nullptr},
                         {"annotations", api::Json::array()}};
    if (!choice.reasoning.empty()) message[head.reasoning_name] = choice.reasoning;
    for (const ToolCall& call : choice.tool_calls) {
      api::Json function = {{"name", call.name}, {"arguments", call.arguments}};
      if (head.legacy_calls) {
        message["function_call"] = std::move(function);
        break;
      }
      message["tool_calls"].push_back(
          {{"id", call.id}, {"type", "function"}, {"function", std::move(function)}});
    }
    return message;
  }

  void append_choice(std::string& out, std::size_t index) const {
    const Choice& choice = choices[index];
    const Calls calls = head.legacy_calls ? Calls::Legacy : Calls::Tools;
    out += "{\"index\":" + std::to_string(index);
    out += ",\"message\":" + api::to_text(message_json(choice));
    out += ",\"logprobs\":";
    out += logprobs ? "{\"content\":[" + choice.logprobs + "],\"refusal\":null}" : "null";
    out += ",\"finish_reason\":\"";
    out += finish_reason(choice.reason, choice.tool_calls.empty() ? Calls::None : calls);
    out += "\"}";
  }
};

ChatResponseBuilder::ChatResponseBuilder(ChatResponseHead head, std::uint32_t n, bool logprobs)
    : state_(new State{std::move(head), logprobs, std::vector<State::Choice>(n), {}}) {}
ChatResponseBuilder::~ChatResponseBuilder() = default;
ChatResponseBuilder::ChatResponseBuilder(ChatResponseBuilder&&) noexcept = default;

void ChatResponseBuilder::add(std::uint32_t choice, const GenerateEvent& event) {
  if (choice >= state_->choices.size() || state_->choices[choice].ended) return;
  std::visit([&](const auto& one) { state_->take(state_->choices[choice], one); }, event);
}

bool ChatResponseBuilder::done() const {
  return std::all_of(state_->choices.begin(), state_->choices.end(),
                     [](const auto& choice) { return choice.ended; });
}

const std::optional<Error>& ChatResponseBuilder::error() const {
  return state_->error;
}

std::string ChatResponseBuilder::json() const {
  const ChatResponseHead& head = state_->head;
  const AnswerTotals& totals = state_->totals;
  std::string out = "{\"id\":";
  api::append_string(out, head.id);
  out += ",\"object\":\"chat.completion\",\"created\":" + std::to_string(head.created);
  out += ",\"model\":";
  api::append_string(out, head.model);
  out += ",\"choices\":[";
  for (std::size_t i = 0; i < state_->choices.size(); ++i) {
    if (i > 0) out += ',';
    state_->append_choice(out, i);
  }
  out += "],\"usage\":" + api::to_text(usage_json(totals.usage()));
  out += ",\"system_fingerprint\":\"" + std::string(kSystemFingerprint) + "\"";
  out += ",\"timings\":" + api::to_text(timings_json(totals.timings(), totals.usage()));
  if (head.prompt_logprobs) out += ",\"prompt_logprobs\":[" + state_->prompt_logprobs + "]";
  return out + warnings_member(head.warnings) + "}";
}

}  // namespace pcai::openai

#include <algorithm>

#include "openai/completions/completion_logprobs.h"
#include "openai/completions/completion_response.h"
#include "openai/error_body.h"
#include "openai/response_parts.h"

namespace pcai::openai {

struct CompletionStreamWriter::State {
  struct Choice {
    CompletionLogprobs logprobs;
    bool ended = false;
  };

  struct AskedPrompt {
    AnswerTotals totals;
    EchoLogprobs echo;
    bool echoed = false;
    std::vector<std::pair<std::size_t, GenerateEvent>> held = {};  // by choice, until it is echoed
  };

  CompletionResponseHead head;
  std::string prefix;
  std::vector<Choice> choices;
  std::vector<AskedPrompt> prompts;
  std::size_t ended = 0;
  bool open = false;
  bool failed = false;

  std::string chunk(std::size_t index, std::string_view text, std::string_view logprobs,
                    std::string_view finish, std::string_view extra = {}) const {
    std::string out = prefix + "{\"text\":";
    api::append_string(out, text);
    out += ",\"index\":" + std::to_string(index) + ",\"logprobs\":";
    out += logprobs;
    out += ",\"finish_reason\":";
    out += finish;
    out += "}]";
    if (head.include_usage) out += ",\"usage\":null";
    out += extra;
    return out + "}\n\n";
  }

  std::string text(std::size_t index, const std::string& text,
                   const std::vector<TokenLogprobs>& entries) {
    if (head.prompt_only) return {};
    const bool with_logprobs = head.logprobs && !entries.empty();
    if (text.empty() && !with_logprobs) return {};
    if (!with_logprobs) return chunk(index, text, "null", "null");
    choices[index].logprobs.add(entries);
    return chunk(index, text, choices[index].logprobs.take_json(), "null");
  }

  /// The prompt as the begin of each of its answers.
  std::string echo(std::size_t number, std::string_view extra = {}) {
    AskedPrompt& prompt = prompts[number];
    prompt.echoed = true;
    const std::string lists =
        head.echo_logprobs ? CompletionLogprobs().take_json(prompt.echo.lists()) : "null";
    std::string out;
    for (std::size_t i = 0; i < head.n; ++i) {
      out += chunk(number * head.n + i, head.echo(number), lists, "null", i == 0 ? extra : "");
    }
    return out;
  }

  /// Whether the event has to wait: the prompt's probabilities come first, and its first choice
  /// tells them.
  bool waits(std::size_t index, const GenerateEvent& event) const {
    if (!head.echo_logprobs || prompts[index / head.n].echoed) return false;
    return index % head.n != 0 && !std::holds_alternative<Failed>(event);
  }

  /// Whether the prompt's probabilities are complete with it.
  bool begins_answer(std::size_t index, const GenerateEvent& event) const {
    if (!head.echo_logprobs || prompts[index / head.n].echoed) return false;
    return std::holds_alternative<TextDelta>(event) ||
           std::holds_alternative<ReasoningDelta>(event) || std::holds_alternative<Finished>(event);
  }

  std::string take_event(std::size_t index, const GenerateEvent& event) {
    return std::visit([&](const auto& one) { return take(index, one); }, event);
  }

  /// What the first choice says after the probabilities.
  std::string take_first(std::size_t index, const GenerateEvent& event) {
    const std::size_t number = index / head.n;
    AskedPrompt& prompt = prompts[number];
    std::string out = echo(number);
    out += take_event(index, event);
    for (const auto& [choice, held] : std::exchange(prompt.held, {}))
      out += take_event(choice, held);
    return out;
  }

  std::string take(std::size_t, const Accepted&) { return {}; }
  /// The model's go into the first chunk, if they come before it.
  std::string take(std::size_t index, const Warned& warned) {
    if (warned.warnings.empty()) return {};
    if (open) return chunk(index, "", "null", "null", warnings_member(warned.warnings));
    head.warnings.insert(head.warnings.end(), warned.warnings.begin(), warned.warnings.end());
    return {};
  }
  std::string take(std::size_t index, const PromptLogprobs& part) {
    const std::size_t number = index / head.n;
    if (head.echo_logprobs) {
      prompts[number].echo.add(part.tokens, head.echo(number), *head.echo_logprobs);
    }
    return {};
  }
  std::string take(std::size_t, const ToolCallDelta&) { return {}; }
  std::string take(std::size_t index, const TextDelta& delta) {
    return text(index, delta.text, delta.logprobs);
  }
  std::string take(std::size_t index, const ReasoningDelta& delta) {
    return text(index, delta.text, {});
  }

  std::string take(std::size_t index, const Finished& finished) {
    choices[index].ended = true;
    const Finished shown = head.shown(finished);
    prompts[index / head.n].totals.add(shown.usage, shown.timings);
    const bool last = ++ended == choices.size();
    const std::string reason = "\"" + std::string(finish_reason(shown.reason, Calls::None)) + "\"";
    if (!last) return chunk(index, "", "null", reason);
    AnswerTotals all;
    for (const AskedPrompt& prompt : prompts) all.add_prompt(prompt.totals);
    const std::string timings =
        ",\"timings\":" + api::to_text(timings_json(all.timings(), all.usage()));
    std::string out = chunk(index, "", "null", reason, head.include_usage ? "" : timings);
    if (head.include_usage) {
      out += prefix + "],\"usage\":" + api::to_text(usage_json(all.usage())) + timings + "}\n\n";
    }
    return out + "data: [DONE]\n\n";
  }

  std::string take(std::size_t, const Failed& failure) {
    failed = true;
    return "data: " + error_body(failure.error) + "\n\n";
  }
};

CompletionStreamWriter::CompletionStreamWriter(CompletionResponseHead head)
    : state_(new State{.head = std::move(head), .prefix = {}, .choices = {}, .prompts = {}}) {
  const CompletionResponseHead& kept = state_->head;
  state_->prefix = "data: " + answer_prefix(kept.id, "text_completion", kept.created, kept.model);
  state_->prompts.resize(kept.prompts);
  for (std::size_t prompt = 0; prompt < kept.prompts; ++prompt) {
    for (std::uint32_t i = 0; i < kept.n; ++i) {
      state_->choices.emplace_back().logprobs = CompletionLogprobs(kept.echo(prompt));
    }
  }
}
CompletionStreamWriter::~CompletionStreamWriter() = default;
CompletionStreamWriter::CompletionStreamWriter(CompletionStreamWriter&&) noexcept = default;

std::string CompletionStreamWriter::open() {
  const CompletionResponseHead& head = state_->head;
  const std::string warnings = warnings_member(head.warnings);
  state_->open = true;
  std::string out;
  if (!head.echoes.empty() && !head.echo_logprobs) {
    for (std::size_t i = 0; i < head.prompts; ++i) out += state_->echo(i, i == 0 ? warnings : "");
  }
  if (out.empty() && !warnings.empty()) out = state_->chunk(0, "", "null", "null", warnings);
  return out;
}

std::string CompletionStreamWriter::add(std::uint32_t choice, const GenerateEvent& event) {
  if (done() || choice >= state_->choices.size()) return {};
  if (state_->choices[choice].ended && !std::holds_alternative<Failed>(event)) return {};
  if (state_->waits(choice, event)) {
    state_->prompts[choice / state_->head.n].held.emplace_back(choice, event);
    return {};
  }
  return state_->begins_answer(choice, event) ? state_->take_first(choice, event)
                                              : state_->take_event(choice, event);
}

bool CompletionStreamWriter::done() const {
  return state_->failed || state_->ended == state_->choices.size();
}

}  // namespace pcai::openai

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

  CompletionResponseHead head;
  std::string prefix;
  std::vector<Choice> choices;
  std::vector<AnswerTotals> totals;  // of each prompt
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
    const bool with_logprobs = head.logprobs && !entries.empty();
    if (text.empty() && !with_logprobs) return {};
    if (!with_logprobs) return chunk(index, text, "null", "null");
    choices[index].logprobs.add(entries);
    return chunk(index, text, choices[index].logprobs.take_json(), "null");
  }

  std::string take(std::size_t, const Accepted&) { return {}; }
  /// The model's go into the first chunk, if they come before it.
  std::string take(std::size_t index, const Warned& warned) {
    if (warned.warnings.empty()) return {};
    if (open) return chunk(index, "", "null", "null", warnings_member(warned.warnings));
    head.warnings.insert(head.warnings.end(), warned.warnings.begin(), warned.warnings.end());
    return {};
  }
  std::string take(std::size_t, const PromptLogprobs&) { return {}; }
  std::string take(std::size_t, const ToolCallDelta&) { return {}; }
  std::string take(std::size_t index, const TextDelta& delta) {
    return text(index, delta.text, delta.logprobs);
  }
  std::string take(std::size_t index, const ReasoningDelta& delta) {
    return text(index, delta.text, {});
  }

  std::string take(std::size_t index, const Finished& finished) {
    choices[index].ended = true;
    totals[index / head.n].add(finished.usage, finished.timings);
    const bool last = ++ended == choices.size();
    const std::string reason =
        "\"" + std::string(finish_reason(finished.reason, Calls::None)) + "\"";
    if (!last) return chunk(index, "", "null", reason);
    AnswerTotals all;
    for (const AnswerTotals& prompt : totals) all.add_prompt(prompt);
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
    : state_(new State{.head = std::move(head), .prefix = {}, .choices = {}, .totals = {}}) {
  const CompletionResponseHead& kept = state_->head;
  state_->prefix = "data: " + answer_prefix(kept.id, "text_completion", kept.created, kept.model);
  state_->choices.resize(std::size_t{kept.prompts} * kept.n);
  state_->totals.resize(kept.prompts);
}
CompletionStreamWriter::~CompletionStreamWriter() = default;
CompletionStreamWriter::CompletionStreamWriter(CompletionStreamWriter&&) noexcept = default;

std::string CompletionStreamWriter::open() {
  const CompletionResponseHead& head = state_->head;
  const std::string warnings = warnings_member(head.warnings);
  state_->open = true;
  std::string out;
  for (std::size_t i = 0; i < state_->choices.size() && !head.echoes.empty(); ++i) {
    out += state_->chunk(i, head.echoes[i / head.n], "null", "null",
                         i == 0 ? std::string_view(warnings) : "");
  }
  if (out.empty() && !warnings.empty()) out = state_->chunk(0, "", "null", "null", warnings);
  return out;
}

std::string CompletionStreamWriter::add(std::uint32_t choice, const GenerateEvent& event) {
  if (done() || choice >= state_->choices.size()) return {};
  if (state_->choices[choice].ended && !std::holds_alternative<Failed>(event)) return {};
  return std::visit([&](const auto& one) { return state_->take(choice, one); }, event);
}

bool CompletionStreamWriter::done() const {
  return state_->failed || state_->ended == state_->choices.size();
}

}  // namespace pcai::openai

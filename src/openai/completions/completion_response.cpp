#include "openai/completions/completion_response.h"

#include <algorithm>
#include <numeric>

#include "openai/completions/completion_logprobs.h"
#include "openai/response_parts.h"

namespace pcai::openai {

struct CompletionResponseBuilder::State {
  struct Generation {
    std::string text;
    CompletionLogprobs logprobs;
    double sum = 0;  // of the tokens' log-probabilities
    std::size_t tokens = 0;
    FinishReason reason = FinishReason::Stop;
    bool ended = false;

    double likelihood() const { return tokens > 0 ? sum / static_cast<double>(tokens) : 0; }
  };

  CompletionResponseHead head;
  std::vector<Generation> generations;
  std::vector<AnswerTotals> totals;  // of each prompt
  std::optional<Error> error = {};

  void take(std::uint32_t, const Accepted&) {}
  void take(std::uint32_t, const Warned& warned) {
    head.warnings.insert(head.warnings.end(), warned.warnings.begin(), warned.warnings.end());
  }
  void take(std::uint32_t, const PromptLogprobs&) {}
  void take(std::uint32_t, const ToolCallDelta&) {}

  void take(std::uint32_t index, const TextDelta& delta) {
    Generation& one = generations[index];
    one.text += delta.text;
    for (const TokenLogprobs& entry : delta.logprobs) one.sum += entry.chosen.logprob;
    one.tokens += delta.logprobs.size();
    if (head.logprobs) one.logprobs.add(delta.logprobs);
  }

  /// There is one text here; what the model thought is part of it.
  void take(std::uint32_t index, const ReasoningDelta& delta) {
    generations[index].text += delta.text;
  }

  void take(std::uint32_t index, const Finished& finished) {
    generations[index].ended = true;
    generations[index].reason = finished.reason;
    totals[index / head.best_of].add(finished.usage, finished.timings);
  }

  void take(std::uint32_t index, const Failed& failed) {
    generations[index].ended = true;
    if (!error) error = failed.error;
  }

  /// The generations of one prompt that are answers, the likeliest first.
  std::vector<std::size_t> best(std::size_t prompt) const {
    std::vector<std::size_t> indices(head.best_of);
    std::iota(indices.begin(), indices.end(), prompt * head.best_of);
    if (head.best_of > head.n) {
      std::stable_sort(indices.begin(), indices.end(), [&](std::size_t a, std::size_t b) {
        return generations[a].likelihood() > generations[b].likelihood();
      });
    }
    indices.resize(head.n);
    return indices;
  }

  void append_choice(std::string& out, std::size_t index, std::size_t generation) {
    Generation& one = generations[generation];
    const std::size_t prompt = generation / head.best_of;
    if (out.back() != '[') out += ',';
    out += "{\"text\":";
    api::append_string(out, (head.echoes.empty() ? "" : head.echoes[prompt]) + one.text);
    out += ",\"index\":" + std::to_string(index) + ",\"logprobs\":";
    out += head.logprobs ? one.logprobs.take_json() : "null";
    out += ",\"finish_reason\":\"" + std::string(finish_reason(one.reason, Calls::None)) + "\"}";
  }
};

CompletionResponseBuilder::CompletionResponseBuilder(CompletionResponseHead head)
    : state_(new State{.head = std::move(head), .generations = {}, .totals = {}}) {
  state_->generations.resize(std::size_t{state_->head.prompts} * state_->head.best_of);
  state_->totals.resize(state_->head.prompts);
}
CompletionResponseBuilder::~CompletionResponseBuilder() = default;
CompletionResponseBuilder::CompletionResponseBuilder(CompletionResponseBuilder&&) noexcept =
    default;

void CompletionResponseBuilder::add(std::uint32_t generation, const GenerateEvent& event) {
  if (generation >= state_->generations.size() || state_->generations[generation].ended) return;
  std::visit([&](const auto& one) { state_->take(generation, one); }, event);
}

bool CompletionResponseBuilder::done() const {
  return std::all_of(state_->generations.begin(), state_->generations.end(),
                     [](const auto& one) { return one.ended; });
}

const std::optional<Error>& CompletionResponseBuilder::error() const {
  return state_->error;
}

std::string CompletionResponseBuilder::json() const {
  const CompletionResponseHead& head = state_->head;
  std::string out = answer_prefix(head.id, "text_completion", head.created, head.model);
  std::size_t index = 0;
  AnswerTotals totals;
  for (std::size_t prompt = 0; prompt < head.prompts; ++prompt) {
    for (const std::size_t generation : state_->best(prompt)) {
      state_->append_choice(out, index++, generation);
    }
    totals.add_prompt(state_->totals[prompt]);
  }
  out += "],\"usage\":" + api::to_text(usage_json(totals.usage()));
  out += ",\"timings\":" + api::to_text(timings_json(totals.timings(), totals.usage()));
  if (!head.warnings.empty()) out += ",\"warnings\":" + api::to_text(api::Json(head.warnings));
  return out + "}";
}

}  // namespace pcai::openai

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

  struct AskedPrompt {
    AnswerTotals totals;
    EchoLogprobs echo;
    std::string logprobs;  // entries of `prompt_logprobs` as JSON text
  };

  CompletionResponseHead head;
  std::vector<Generation> generations;
  std::vector<AskedPrompt> prompts;
  std::optional<Error> error = {};

  void take(std::uint32_t, const Accepted&) {}
  void take(std::uint32_t, const Warned& warned) {
    head.warnings.insert(head.warnings.end(), warned.warnings.begin(), warned.warnings.end());
  }
  void take(std::uint32_t, const ToolCallDelta&) {}

  /// The first of a prompt's generations tells them.
  void take(std::uint32_t index, const PromptLogprobs& part) {
    const std::size_t number = index / head.best_of;
    AskedPrompt& prompt = prompts[number];
    if (head.echo_logprobs) prompt.echo.add(part.tokens, head.echo(number), *head.echo_logprobs);
    if (head.prompt_logprobs) {
      append_prompt_logprobs(prompt.logprobs, part.tokens, *head.prompt_logprobs);
    }
  }

  void take(std::uint32_t index, const TextDelta& delta) {
    if (head.prompt_only) return;
    Generation& one = generations[index];
    one.text += delta.text;
    for (const TokenLogprobs& entry : delta.logprobs) one.sum += entry.chosen.logprob;
    one.tokens += delta.logprobs.size();
    if (head.logprobs) one.logprobs.add(delta.logprobs);
  }

  /// There is one text here; what the model thought is part of it.
  void take(std::uint32_t index, const ReasoningDelta& delta) {
    if (head.prompt_only) return;
    generations[index].text += delta.text;
  }

  void take(std::uint32_t index, const Finished& finished) {
    generations[index].ended = true;
    const Finished shown = head.shown(finished);
    generations[index].reason = shown.reason;
    prompts[index / head.best_of].totals.add(shown.usage, shown.timings);
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
    const std::size_t number = generation / head.best_of;
    const AskedPrompt& prompt = prompts[number];
    if (out.back() != '[') out += ',';
    out += "{\"text\":";
    api::append_string(out, std::string(head.echo(number)) + one.text);
    out += ",\"index\":" + std::to_string(index) + ",\"logprobs\":";
    out += head.logprobs ? one.logprobs.take_json(prompt.echo.lists()) : "null";
    if (head.prompt_logprobs) out += ",\"prompt_logprobs\":[" + prompt.logprobs + "]";
    out += ",\"finish_reason\":\"" + std::string(finish_reason(one.reason, Calls::None)) + "\"}";
  }
};

CompletionResponseBuilder::CompletionResponseBuilder(CompletionResponseHead head)
    : state_(new State{.head = std::move(head), .generations = {}, .prompts = {}}) {
  const CompletionResponseHead& kept = state_->head;
  state_->prompts.resize(kept.prompts);
  for (std::size_t prompt = 0; prompt < kept.prompts; ++prompt) {
    for (std::uint32_t i = 0; i < kept.best_of; ++i) {
      state_->generations.emplace_back().logprobs = CompletionLogprobs(kept.echo(prompt));
    }
  }
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
    totals.add_prompt(state_->prompts[prompt].totals);
  }
  out += "],\"usage\":" + api::to_text(usage_json(totals.usage()));
  out += ",\"timings\":" + api::to_text(timings_json(totals.timings(), totals.usage()));
  out += warnings_member(head.warnings);
  return out + "}";
}

}  // namespace pcai::openai

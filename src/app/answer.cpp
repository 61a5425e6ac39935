#include "app/answer.h"

#include <nlohmann/json.hpp>

namespace pcai::app {
namespace {

constexpr std::chrono::milliseconds kSignalPoll{50};

/// Adds events to an answer.
class AnswerReader {
 public:
  AnswerReader(Answer& answer, const AnswerPieces& pieces) : answer_(answer), pieces_(pieces) {}

  /// False when the one who gets the pieces wants no more.
  bool add(GenerateEvent event) {
    return std::visit([this](auto& kind) { return take(kind); }, event);
  }

 private:
  bool take(Accepted&) { return true; }
  bool take(PromptLogprobs&) { return true; }
  bool take(Warned& warned) {
    for (const std::string& warning : warned.warnings) {
      if (pieces_.warning) pieces_.warning(warning);
    }
    return true;
  }

  bool take(TextDelta& delta) {
    std::optional<std::string>& content = answer_.response.content;
    if (!content) content.emplace();
    *content += delta.text;
    return delta.text.empty() || !pieces_.text || pieces_.text(delta.text);
  }

  bool take(ReasoningDelta& delta) {
    answer_.reasoning += delta.text;
    return delta.text.empty() || !pieces_.reasoning || pieces_.reasoning(delta.text);
  }

  bool take(ToolCallDelta& delta) {
    auto& calls = answer_.response.tool_calls;
    if (delta.index >= calls.size()) calls.resize(delta.index + 1);
    ToolCall& call = calls[delta.index];
    if (!delta.id.empty()) call.id = delta.id;
    if (!delta.name.empty()) call.name = delta.name;
    call.arguments += delta.arguments;
    return true;
  }

  bool take(Finished& finished) {
    answer_.response.finish_reason = finished.reason;
    end(finished.usage, finished.timings);
    return true;
  }

  bool take(Failed& failed) {
    answer_.error = std::move(failed.error);
    end(failed.usage, failed.timings);
    return true;
  }

  void end(const Usage& usage, const Timings& timings) {
    answer_.response.tokens_generated = usage.completion_tokens;
    answer_.response.usage = usage;
    answer_.response.timings = timings;
  }

  Answer& answer_;
  const AnswerPieces& pieces_;
};

}  // namespace

Answer get_answer(engine::Engine& engine, GenerateRequest request, platform::Signals& signals,
                  const AnswerPieces& pieces) {
  Answer answer;
  auto generation = engine.generate(std::move(request));
  if (!generation) {
    answer.error = generation.error();
    return answer;
  }
  AnswerReader reader(answer, pieces);
  while (!(*generation)->done()) {
    // The next one is left alone: see Signals.
    if (!answer.signal && signals.pending()) {
      answer.signal = signals.take();
      (*generation)->cancel();
    }
    std::optional<GenerateEvent> event = (*generation)->next(kSignalPoll);
    if (event && !reader.add(std::move(*event))) (*generation)->cancel();
  }
  return answer;
}

nlohmann::ordered_json to_json(const Answer& answer, const std::string& model) {
  using Json = nlohmann::ordered_json;
  const ChatResponse& response = answer.response;
  Json calls = Json::array();
  for (const ToolCall& call : response.tool_calls) {
    calls.push_back({{"id", call.id}, {"name", call.name}, {"arguments", call.arguments}});
  }
  return {
      {"model", model},
      {"content", response.content ? Json(*response.content) : Json()},
      {"reasoning", answer.reasoning.empty() ? Json() : Json(answer.reasoning)},
      {"tool_calls", std::move(calls)},
      {"finish_reason", to_string(response.finish_reason)},
      {"usage",
       {{"prompt_tokens", response.usage.prompt_tokens},
        {"cached_tokens", response.usage.cached_tokens},
        {"completion_tokens", response.usage.completion_tokens},
        {"reasoning_tokens", response.usage.reasoning_tokens}}},
      {"timings",
       {{"queue_ms", response.timings.queue_ms},
        {"prefill_ms", response.timings.prefill_ms},
        {"first_token_ms", response.timings.first_token_ms},
        {"decode_ms", response.timings.decode_ms}}},
  };
}

}  // namespace pcai::app

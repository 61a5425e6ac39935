#include "ollama/generate_answer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "api/json_text.h"
#include "openai/response_parts.h"

namespace pcai::ollama {
namespace {

/// What a line or body tells of the answer's text.
struct Part {
  std::string text = {};
  std::string reasoning = {};
  std::vector<ToolCall> calls = {};
  std::vector<TokenLogprobs> logprobs = {};
};

std::int64_t nanoseconds(double milliseconds) {
  return static_cast<std::int64_t>(std::llround(milliseconds * 1e6));
}

api::Json calls_json(const std::vector<ToolCall>& calls) {
  api::Json list = api::Json::array();
  for (const ToolCall& call : calls) {
    api::Json arguments = api::Json::parse(call.arguments, nullptr, false);
    // A call that the length cut has no arguments that could be shown as an object.
    if (!arguments.is_object()) arguments = api::Json::object();
    list.push_back(
        {{"id", call.id},
         {"function",
          {{"index", list.size()}, {"name", call.name}, {"arguments", std::move(arguments)}}}});
  }
  return list;
}

api::Json logprobs_json(const std::vector<TokenLogprobs>& entries) {
  std::string text;
  openai::append_logprobs(text, entries);
  return api::Json::parse("[" + text + "]");
}

api::Json part_json(const OllamaHead& head, const Part& part) {
  api::Json json = {{"model", head.model}, {"created_at", head.created_at}};
  if (head.shape == OllamaShape::Chat) {
    api::Json message = {{"role", "assistant"}, {"content", part.text}};
    if (!part.reasoning.empty()) message["thinking"] = part.reasoning;
    if (!part.calls.empty()) message["tool_calls"] = calls_json(part.calls);
    json["message"] = std::move(message);
  } else {
    json["response"] = part.text;
    if (!part.reasoning.empty()) json["thinking"] = part.reasoning;
  }
  if (!part.logprobs.empty()) json["logprobs"] = logprobs_json(part.logprobs);
  json["done"] = false;
  return json;
}

void add_end(api::Json& json, const OllamaHead& head, const Finished& finished) {
  const Timings& timings = finished.timings;
  const Usage& usage = finished.usage;
  json["done"] = true;
  json["done_reason"] = finished.reason == FinishReason::Length ? "length" : "stop";
  json["total_duration"] = nanoseconds(timings.queue_ms + timings.prefill_ms + timings.decode_ms);
  json["load_duration"] = nanoseconds(timings.queue_ms);
  json["prompt_eval_count"] = usage.prompt_tokens;
  json["prompt_eval_duration"] = nanoseconds(timings.prefill_ms);
  json["eval_count"] = usage.completion_tokens;
  json["eval_duration"] = nanoseconds(timings.decode_ms);
  if (!head.warnings.empty()) json["warnings"] = head.warnings;
}

std::string line(const api::Json& json) {
  return api::to_text(json) + "\n";
}

}  // namespace

std::string rfc3339(std::int64_t unix_seconds) {
  using namespace std::chrono;
  const sys_seconds time{seconds(unix_seconds)};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()}, int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  return text;
}

std::string ollama_error_body(const Error& error, std::string_view) {
  std::string message = error.message;
  if (!error.field.empty() && message.find(error.field) == std::string::npos) {
    message = error.field + ": " + message;
  }
  return api::to_text({{"error", std::move(message)}});
}

std::string load_body(const OllamaHead& head, std::string_view reason) {
  api::Json json = part_json(head, {});
  json["done"] = true;
  json["done_reason"] = reason;
  if (!head.warnings.empty()) json["warnings"] = head.warnings;
  return api::to_text(json);
}

std::string progress_body(const OllamaProgress& progress) {
  api::Json json = {{"status", progress.status}};
  if (!progress.digest.empty()) {
    json["digest"] = "sha256:" + progress.digest;
    json["total"] = progress.total;
    if (progress.completed > 0) json["completed"] = progress.completed;
  }
  if (!progress.warnings.empty()) json["warnings"] = progress.warnings;
  return api::to_text(json);
}

void OllamaCalls::add(const ToolCallDelta& delta) {
  const auto found = std::find_if(calls_.begin(), calls_.end(),
                                  [&](const auto& call) { return call.first == delta.index; });
  if (found == calls_.end()) {
    calls_.push_back({delta.index, ToolCall{delta.id, delta.name, delta.arguments}});
  } else {
    found->second.arguments += delta.arguments;
  }
}

std::vector<ToolCall> OllamaCalls::take() {
  std::vector<ToolCall> calls;
  for (auto& [index, call] : calls_) calls.push_back(std::move(call));
  calls_.clear();
  return calls;
}

void OllamaBuilder::add(std::uint32_t, const GenerateEvent& event) {
  if (finished_ || error_) return;
  if (const auto* text = std::get_if<TextDelta>(&event)) {
    text_ += text->text;
    logprobs_.insert(logprobs_.end(), text->logprobs.begin(), text->logprobs.end());
  } else if (const auto* reasoning = std::get_if<ReasoningDelta>(&event)) {
    reasoning_ += reasoning->text;
  } else if (const auto* call = std::get_if<ToolCallDelta>(&event)) {
    calls_.add(*call);
  } else if (const auto* warned = std::get_if<Warned>(&event)) {
    head_.warnings.insert(head_.warnings.end(), warned->warnings.begin(), warned->warnings.end());
  } else if (const auto* finished = std::get_if<Finished>(&event)) {
    finished_ = *finished;
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    error_ = failed->error;
  }
}

std::string OllamaBuilder::json() {
  api::Json json = part_json(head_, {text_, reasoning_, calls_.take(), logprobs_});
  add_end(json, head_, *finished_);
  return api::to_text(json);
}

std::string OllamaStream::add(std::uint32_t, const GenerateEvent& event) {
  if (done_) return {};
  if (const auto* text = std::get_if<TextDelta>(&event)) {
    if (text->text.empty() && text->logprobs.empty()) return {};
    return line(part_json(head_, {.text = text->text, .logprobs = text->logprobs}));
  }
  if (const auto* reasoning = std::get_if<ReasoningDelta>(&event)) {
    if (reasoning->text.empty()) return {};
    return line(part_json(head_, {.reasoning = reasoning->text}));
  }
  if (const auto* call = std::get_if<ToolCallDelta>(&event)) {
    calls_.add(*call);
    return {};
  }
  if (const auto* failed = std::get_if<Failed>(&event)) {
    done_ = true;
    return ollama_error_body(failed->error, "") + "\n";
  }
  if (const auto* warned = std::get_if<Warned>(&event)) {
    head_.warnings.insert(head_.warnings.end(), warned->warnings.begin(), warned->warnings.end());
    return {};
  }
  const auto* finished = std::get_if<Finished>(&event);
  if (!finished) return {};
  done_ = true;
  std::string out;
  if (!calls_.empty()) out = line(part_json(head_, {.calls = calls_.take()}));
  api::Json last = part_json(head_, {});
  add_end(last, head_, *finished);
  return out + line(last);
}

}  // namespace pcai::ollama

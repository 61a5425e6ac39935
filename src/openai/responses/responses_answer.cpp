#include "openai/responses/responses_answer.h"

#include <vector>

#include "openai/response_parts.h"
#include "openai/responses/responses_items.h"

namespace pcai::openai {
namespace {

using Item = ResponseItem;
using Kind = ResponseItem::Kind;

api::Json responses_usage(const Usage& usage) {
  return {
      {"input_tokens", usage.prompt_tokens},
      {"input_tokens_details", {{"cached_tokens", usage.cached_tokens}, {"cache_write_tokens", 0}}},
      {"output_tokens", usage.completion_tokens},
      {"output_tokens_details", {{"reasoning_tokens", usage.reasoning_tokens}}},
      {"total_tokens", std::uint64_t{usage.prompt_tokens} + usage.completion_tokens}};
}

/// The codes that the API has for a response that failed.
std::string_view failure_code(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidRequest:
    case ErrorCode::ContextOverflow:
    case ErrorCode::Unsupported: return "invalid_prompt";
    case ErrorCode::Overloaded: return "rate_limit_exceeded";
    default: return "server_error";
  }
}

}  // namespace

struct ResponsesAnswer::State {
  ResponsesHead head;
  std::string_view status = "in_progress";
  std::vector<Item> items = {};
  std::vector<std::size_t> calls = {};  // each call's item
  ToolCallNumbers numbers = {};
  std::optional<Usage> usage = {};
  Timings timings = {};
  std::optional<Error> error = {};
  std::size_t sequence = 0;
  std::string frames = {};

  void emit(const char* type, api::Json data) {
    api::Json event = {{"type", type}, {"sequence_number", sequence++}};
    event.update(data);
    frames += "event: ";
    frames += type;
    frames += "\ndata: " + api::to_text(event) + "\n\n";
  }

  void emit(const char* type, std::size_t index, api::Json data) {
    api::Json event = {{"item_id", items[index].id}, {"output_index", index}};
    if (items[index].kind != Kind::Call) event["content_index"] = 0;
    event.update(data);
    emit(type, std::move(event));
  }

  void emit_item(const char* type, std::size_t index, bool empty) {
    emit(type, {{"output_index", index}, {"item", items[index].json(empty)}});
  }

  std::size_t add_item(Kind kind, const char* prefix) {
    const std::size_t index = items.size();
    const std::string_view own = std::string_view(head.id).substr(head.id.find('_') + 1);
    items.push_back({kind, prefix + std::string(own) + std::to_string(index)});
    return index;
  }

  /// The open item of that kind, or a new one; one of the other kind ends.
  std::size_t text_item(Kind kind) {
    if (!items.empty() && items.back().open && items.back().kind == kind) return items.size() - 1;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].kind != Kind::Call) close(i);
    }
    const std::size_t index = add_item(kind, kind == Kind::Message ? "msg_" : "rs_");
    emit_item("response.output_item.added", index, true);
    emit("response.content_part.added", index, {{"part", items[index].part(true)}});
    return index;
  }

  void close(std::size_t index, bool cut = false) {
    Item& item = items[index];
    if (!item.open) return;
    item.open = false;
    item.cut = cut;
    switch (item.kind) {
      case Kind::Message:
        emit("response.output_text.done", index,
             {{"text", item.text}, {"logprobs", item.part()["logprobs"]}});
        break;
      case Kind::Reasoning:
        emit("response.reasoning_text.done", index, {{"text", item.text}});
        break;
      case Kind::Call:
        emit("response.function_call_arguments.done", index,
             {{"name", item.name}, {"arguments", item.text}});
        break;
    }
    if (item.kind != Kind::Call) {
      emit("response.content_part.done", index, {{"part", item.part()}});
    }
    emit_item("response.output_item.done", index, false);
  }

  void take(const Accepted&) {}
  void take(const Warned& warned) {
    head.warnings.insert(head.warnings.end(), warned.warnings.begin(), warned.warnings.end());
  }
  void take(const PromptLogprobs&) {}

  void take(const TextDelta& delta) {
    const bool with_logprobs = head.logprobs && !delta.logprobs.empty();
    if (delta.text.empty() && !with_logprobs) return;
    const std::size_t index = text_item(Kind::Message);
    std::string entries;
    if (with_logprobs) append_logprobs(entries, delta.logprobs);
    items[index].text += delta.text;
    if (!items[index].logprobs.empty() && !entries.empty()) items[index].logprobs += ',';
    items[index].logprobs += entries;
    emit("response.output_text.delta", index,
         {{"delta", delta.text}, {"logprobs", api::Json::parse("[" + entries + "]")}});
  }

  void take(const ReasoningDelta& delta) {
    if (delta.text.empty()) return;
    const std::size_t index = text_item(Kind::Reasoning);
    items[index].text += delta.text;
    emit("response.reasoning_text.delta", index, {{"delta", delta.text}});
  }

  void take(const ToolCallDelta& delta) {
    const auto number = numbers.of(delta.index);
    if (number.first) {
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].kind != Kind::Call) close(i);
      }
      const std::size_t index = add_item(Kind::Call, "fc_");
      items[index].call_id = delta.id;
      items[index].name = delta.name;
      calls.push_back(index);
      emit_item("response.output_item.added", index, true);
    }
    if (delta.arguments.empty()) return;
    const std::size_t index = calls[number.position];
    items[index].text += delta.arguments;
    emit("response.function_call_arguments.delta", index, {{"delta", delta.arguments}});
  }

  void end(const Usage& used, const Timings& took, std::string_view how, const char* type) {
    usage = used;
    timings = took;
    status = how;
    for (std::size_t i = 0; i < items.size(); ++i) close(i, how != "completed");
    emit(type, {{"response", json()}});
  }

  void take(const Finished& finished) {
    if (items.empty()) text_item(Kind::Message);
    const bool cut = finished.reason == FinishReason::Length;
    end(finished.usage, finished.timings, cut ? "incomplete" : "completed",
        cut ? "response.incomplete" : "response.completed");
  }

  void take(const Failed& failed) {
    const bool cancelled = failed.error.code == ErrorCode::Cancelled;
    if (!cancelled) error = failed.error;
    end(failed.usage, failed.timings, cancelled ? "cancelled" : "failed",
        cancelled ? "response.incomplete" : "response.failed");
  }

  api::Json json() const {
    api::Json output = api::Json::array();
    for (const Item& item : items) output.push_back(item.json());
    api::Json body = {{"id", head.id},
                      {"object", "response"},
                      {"created_at", head.created},
                      {"status", status},
                      {"background", false},
                      {"error", nullptr},
                      {"incomplete_details", nullptr},
                      {"model", head.model},
                      {"output", std::move(output)},
                      {"store", head.store}};
    if (error) {
      body["error"] = {{"code", failure_code(error->code)}, {"message", error->message}};
    }
    if (status == "incomplete") body["incomplete_details"] = {{"reason", "max_output_tokens"}};
    body.update(head.echo);
    body["usage"] = usage ? responses_usage(*usage) : api::Json(nullptr);
    if (usage) body["timings"] = timings_json(timings, *usage);
    if (!head.warnings.empty()) body["warnings"] = head.warnings;
    return body;
  }
};

ResponsesAnswer::ResponsesAnswer(ResponsesHead head) : state_(new State{std::move(head)}) {}
ResponsesAnswer::~ResponsesAnswer() = default;
ResponsesAnswer::ResponsesAnswer(ResponsesAnswer&&) noexcept = default;

std::string ResponsesAnswer::open() {
  const api::Json response = state_->json();
  state_->emit("response.created", {{"response", response}});
  state_->emit("response.in_progress", {{"response", response}});
  return std::exchange(state_->frames, {});
}

std::string ResponsesAnswer::add(std::uint32_t, const GenerateEvent& event) {
  if (done()) return {};
  std::visit([&](const auto& one) { state_->take(one); }, event);
  return std::exchange(state_->frames, {});
}

bool ResponsesAnswer::done() const {
  return state_->status != "in_progress";
}

const std::optional<Error>& ResponsesAnswer::error() const {
  return state_->error;
}

std::string ResponsesAnswer::json() const {
  return api::to_text(state_->json());
}

std::vector<StoredResponseItem> ResponsesAnswer::items() const {
  std::vector<StoredResponseItem> items;
  for (const Item& item : state_->items) items.push_back({item.id, api::to_text(item.json())});
  return items;
}

ChatMessage ResponsesAnswer::message() const {
  ChatMessage message{.role = Role::Assistant};
  for (const Item& item : state_->items) {
    switch (item.kind) {
      case Kind::Message: message.content = message.content.value_or("") + item.text; break;
      case Kind::Reasoning: message.reasoning += item.text; break;
      case Kind::Call: message.tool_calls.push_back({item.call_id, item.name, item.text}); break;
    }
  }
  if (!message.content && message.tool_calls.empty()) message.content = "";
  return message;
}

}  // namespace pcai::openai

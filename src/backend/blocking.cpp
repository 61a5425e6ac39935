#include "backend/blocking.h"

#include <atomic>
#include <deque>
#include <optional>

#include "core/mutex.h"

namespace pcai::backend {
namespace {

/// Hands events from the backend's thread to the one that called generate().
class WaitingSink final : public EventSink {
 public:
  void on_event(GenerateEvent event) noexcept override {
    const MutexLock lock(mutex_);
    events_.push_back(std::move(event));
    arrived_.notify_one();
  }

  GenerateEvent wait() {
    const MutexLock lock(mutex_);
    arrived_.wait(mutex_, [this]() REQUIRES(mutex_) { return !events_.empty(); });
    GenerateEvent event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  Mutex mutex_;
  CondVar arrived_;
  std::deque<GenerateEvent> events_ GUARDED_BY(mutex_);
};

// High ids, so that they never meet those that an engine gives out.
std::atomic<RequestId> next_id{RequestId{1} << 63};

void add_tool_call(ChatResponse& response, const ToolCallDelta& delta) {
  if (delta.index >= response.tool_calls.size()) response.tool_calls.resize(delta.index + 1);
  ToolCall& call = response.tool_calls[delta.index];
  if (!delta.id.empty()) call.id = delta.id;
  if (!delta.name.empty()) call.name = delta.name;
  call.arguments += delta.arguments;
}

}  // namespace

Result<ChatResponse> generate_streaming(LoadedModel& model, GenerateRequest request,
                                        const OnToken& on_token) {
  const RequestId id = next_id++;
  const auto sink = std::make_shared<WaitingSink>();
  if (Status status = model.submit(id, std::move(request), sink); !status) {
    return fail(std::move(status.error()));
  }
  ChatResponse response;
  while (true) {
    GenerateEvent event = sink->wait();
    if (auto* text = std::get_if<TextDelta>(&event)) {
      if (!response.content) response.content.emplace();
      *response.content += text->text;
      if (!text->text.empty() && on_token && !on_token(text->text)) model.cancel(id);
    } else if (auto* call = std::get_if<ToolCallDelta>(&event)) {
      add_tool_call(response, *call);
    } else if (auto* finished = std::get_if<Finished>(&event)) {
      response.finish_reason = finished->reason;
      response.tokens_generated = finished->usage.completion_tokens;
      response.usage = finished->usage;
      response.timings = finished->timings;
      return response;
    } else if (auto* failed = std::get_if<Failed>(&event)) {
      return fail(std::move(failed->error));
    }
  }
}

Result<ChatResponse> generate(LoadedModel& model, GenerateRequest request) {
  return generate_streaming(model, std::move(request), {});
}

}  // namespace pcai::backend

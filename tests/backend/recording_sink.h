#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "backend/event_sink.h"

namespace pcai::backend {

/// Records one request's events and whether they kept the rules of EventSink. Any thread may call
/// any method. Waits give up after two minutes, so that a lost event fails a test instead of
/// hanging it.
class RecordingSink final : public EventSink {
 public:
  static constexpr std::chrono::seconds kPatience{120};

  void on_event(GenerateEvent event) noexcept override {
    if (inside_.exchange(true)) overlapped_ = true;
    {
      const std::lock_guard lock(mutex_);
      if (is_last(event)) ++last_events_;
      if (!is_last(event) && last_events_ > 0) came_after_the_last_ = true;
      events_.push_back(std::move(event));
    }
    arrived_.notify_all();
    inside_ = false;
  }

  /// Waits for the last event and returns all. Without one: what there is.
  std::vector<GenerateEvent> wait() {
    std::unique_lock lock(mutex_);
    arrived_.wait_for(lock, kPatience, [this] { return last_events_ > 0; });
    return events_;
  }

  /// Waits for `count` events, whatever they are.
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, kPatience, [&] { return events_.size() >= count; });
  }

  std::vector<GenerateEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

  bool ended() const {
    const std::lock_guard lock(mutex_);
    return last_events_ > 0;
  }

  /// Exactly one last event, nothing after it, never two calls at once.
  bool kept_the_rules() const {
    const std::lock_guard lock(mutex_);
    return last_events_ == 1 && !came_after_the_last_ && !overlapped_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<GenerateEvent> events_;
  int last_events_ = 0;
  bool came_after_the_last_ = false;
  std::atomic<bool> overlapped_{false};
  std::atomic<bool> inside_{false};
};

/// All text of the answer, without reasoning.
inline std::string text_of(const std::vector<GenerateEvent>& events) {
  std::string text;
  for (const GenerateEvent& event : events) {
    if (const auto* delta = std::get_if<TextDelta>(&event)) text += delta->text;
  }
  return text;
}

/// All logprobs, in order.
inline std::vector<TokenLogprobs> logprobs_of(const std::vector<GenerateEvent>& events) {
  std::vector<TokenLogprobs> all;
  for (const GenerateEvent& event : events) {
    const auto* delta = std::get_if<TextDelta>(&event);
    if (delta) all.insert(all.end(), delta->logprobs.begin(), delta->logprobs.end());
  }
  return all;
}

/// The last event when it is Finished, else null.
inline const Finished* finished_in(const std::vector<GenerateEvent>& events) {
  return events.empty() ? nullptr : std::get_if<Finished>(&events.back());
}

/// The last event when it is Failed, else null.
inline const Failed* failed_in(const std::vector<GenerateEvent>& events) {
  return events.empty() ? nullptr : std::get_if<Failed>(&events.back());
}

/// A request with one user message.
inline GenerateRequest chat_request(std::string content, GenerateParams params = {}) {
  return {.prompt = ChatPrompt{{{.role = Role::User, .content = std::move(content)}}},
          .params = std::move(params)};
}

}  // namespace pcai::backend

#include "engine/requests/generation_buffer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pcai::engine {
namespace {

/// Adds `from` to the end of `into` when both are pieces of the same thing.
bool merge(GenerateEvent& into, GenerateEvent& from) {
  if (auto* text = std::get_if<TextDelta>(&from)) {
    auto* last = std::get_if<TextDelta>(&into);
    if (!last) return false;
    last->text += text->text;
    std::move(text->logprobs.begin(), text->logprobs.end(), std::back_inserter(last->logprobs));
    return true;
  }
  if (auto* prompt = std::get_if<PromptLogprobs>(&from)) {
    auto* last = std::get_if<PromptLogprobs>(&into);
    if (!last) return false;
    std::move(prompt->tokens.begin(), prompt->tokens.end(), std::back_inserter(last->tokens));
    return true;
  }
  if (auto* reasoning = std::get_if<ReasoningDelta>(&from)) {
    auto* last = std::get_if<ReasoningDelta>(&into);
    if (!last) return false;
    last->text += reasoning->text;
    return true;
  }
  if (auto* call = std::get_if<ToolCallDelta>(&from)) {
    auto* last = std::get_if<ToolCallDelta>(&into);
    if (!last || last->index != call->index || !call->id.empty()) return false;
    last->name += call->name;
    last->arguments += call->arguments;
    return true;
  }
  return false;
}

}  // namespace

void GenerationBuffer::accept() {
  const MutexLock lock(mutex_);
  if (!begun_) add(Accepted{});
}

void GenerationBuffer::push(GenerateEvent event) {
  const MutexLock lock(mutex_);
  add(std::move(event));
}

void GenerationBuffer::add(GenerateEvent event) {
  if (ended_) return;
  begun_ = true;
  ended_ = is_last(event);
  if (abandoned_) return;
  if (unread_.size() >= kMaxUnread && merge(unread_.back(), event)) return;
  unread_.push_back(std::move(event));
  if (unread_.size() > 1) return;
  arrived_.notify_one();
  if (ready_) ready_();
}

std::optional<GenerateEvent> GenerationBuffer::next(std::chrono::milliseconds timeout) {
  const MutexLock lock(mutex_);
  // A day at most, so that "for ever" in milliseconds does not overflow the clock.
  const auto wait = std::min<std::chrono::milliseconds>(timeout, std::chrono::hours(24));
  const auto there = [this]() REQUIRES(mutex_) { return !unread_.empty(); };
  if (done_ || (!there() && !arrived_.wait_for(mutex_, wait, there))) return std::nullopt;
  GenerateEvent event = std::move(unread_.front());
  unread_.pop_front();
  done_ = is_last(event);
  return event;
}

bool GenerationBuffer::done() const {
  const MutexLock lock(mutex_);
  return done_;
}

void GenerationBuffer::on_ready(std::function<void()> ready) {
  const MutexLock lock(mutex_);
  ready_ = std::move(ready);
  if (ready_ && !unread_.empty()) ready_();
}

void GenerationBuffer::abandon() {
  const MutexLock lock(mutex_);
  abandoned_ = true;
  ready_ = nullptr;
  unread_.clear();
}

}  // namespace pcai::engine

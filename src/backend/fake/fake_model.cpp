#include "backend/fake/fake_model.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "backend/fake/register.h"
#include "backend/stop_filter.h"
#include "backend/supported.h"
#include "core/start_thread.h"

namespace pcai::backend::fake {
namespace {

constexpr std::size_t kMaxSeenPrefixes = 1 << 18;
constexpr float kChosenLogprob = -0.105F;  // 90 %
constexpr float kOtherLogprob = -3.0F;     // and the alternatives below it, one apart

constexpr float kPromptStep = 0.25F;    // less for each of eight tokens of a prompt
constexpr std::size_t kPromptPart = 4;  // tokens of it that are told together

TokenLogprobs fake_logprobs(const std::string& token, std::uint32_t alternatives) {
  TokenLogprobs result{.chosen = {fake_token_id(token), token, kChosenLogprob}, .top = {}};
  if (alternatives == 0) return result;
  result.top.push_back(result.chosen);
  for (std::uint32_t i = 1; i < alternatives; ++i) {
    const std::string other = " other" + std::to_string(i);
    result.top.push_back({fake_token_id(other), other, kOtherLogprob - static_cast<float>(i)});
  }
  return result;
}

/// Of the prompt's token of that index.
TokenLogprobs fake_prompt_logprobs(TokenLogprob token, std::size_t index, std::uint32_t top) {
  if (index == 0) return {std::move(token), {}};
  token.logprob = kChosenLogprob - kPromptStep * static_cast<float>(index % 8);
  TokenLogprobs result = fake_logprobs(token.bytes, top);
  if (!result.top.empty()) result.top.front() = token;
  result.chosen = std::move(token);
  return result;
}

Error refusal(const std::string& path) {
  return {ErrorCode::InvalidRequest, path + ": refused as the script says", path};
}

double milliseconds(std::chrono::steady_clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

struct FakeModel::Stream {
  RequestId id;
  std::shared_ptr<EventSink> sink;
  std::vector<std::uint64_t> prefixes;  // emptied by the prefill
  FakeScript script;                    // without the reply's text, which `reply` holds
  FakeReply reply;
  StopFilter stop;
  std::uint32_t max_tokens;
  std::uint64_t cells;  // held while it runs
  bool logprobs;
  std::uint32_t top_logprobs;
  std::vector<TokenLogprobs> prompt_logprobs;  // none where they are not wanted

  std::vector<TokenLogprobs> unsent = {};
  bool running = false;
  bool prefilled = false;
  Usage usage = {};
  Timings timings = {};
  Clock::time_point since = Clock::now();  // begin of the prefill, then of the decoding
};

FakeModel::FakeModel(ModelInfo info, std::uint32_t kv_cells, FakeScript defaults)
    : info_(std::move(info)),
      kv_cells_(kv_cells),
      defaults_(std::move(defaults)),
      embedder_(info_.context_length),
      codec_(defaults_) {
  stats_.kv_cells_total = kv_cells;
  thread_ = start_thread([this] { drive(); });
}

FakeModel::~FakeModel() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Status FakeModel::submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) {
  if (Status status = check_request(request); !status) return status;
  if (Status status = check_supported(request, describe_fake()); !status) return status;
  GenerateParams& params = request.params;
  if (!params.logit_bias.empty()) {
    return fail(ErrorCode::Unsupported, "the fake backend has no logits to bias", "logit_bias");
  }
  Result<FakePrompt> prompt = read_prompt(request, defaults_);
  if (!prompt) return fail(std::move(prompt.error()));
  const FakeScript& script = prompt->script;
  if (!script.refuse.empty() && !script.fail_after) return fail(refusal(script.refuse));
  if (params.reasoning_budget) {
    prompt->script.reasoning = std::min(prompt->script.reasoning, *params.reasoning_budget);
  }
  const std::uint64_t size = prompt->prefixes.size();
  if (size >= info_.context_length) {
    return fail(ErrorCode::ContextOverflow,
                "the prompt has " + std::to_string(size) + " tokens, which leaves no room in the " +
                    "context of " + std::to_string(info_.context_length) + " tokens",
                std::holds_alternative<ChatPrompt>(request.prompt) ? "messages" : "prompt");
  }
  std::vector<TokenLogprobs> prompt_logprobs;
  if (params.prompt_logprobs) prompt_logprobs = score(request, *prompt);
  const auto room = static_cast<std::uint32_t>(info_.context_length - size);
  const std::uint32_t max_tokens = std::min(params.max_tokens, room);
  if (!prompt->script.warn.empty()) sink->on_event(Warned{{prompt->script.warn}});
  // Greedy text depends on no seed.
  const std::uint64_t seed = params.temperature > 0 ? params.seed.value_or(0) : 0;
  FakeReply reply(prompt->script, seed, params.ignore_eos);
  prompt->script.reply.reset();

  auto stream = std::make_unique<Stream>(Stream{
      .id = id,
      .sink = std::move(sink),
      .prefixes = std::move(prompt->prefixes),
      .script = std::move(prompt->script),
      .reply = std::move(reply),
      .stop = StopFilter(std::move(params.stop_sequences)),
      .max_tokens = max_tokens,
      .cells = size + max_tokens,
      .logprobs = params.logprobs,
      .top_logprobs = params.top_logprobs,
      .prompt_logprobs = std::move(prompt_logprobs),
  });
  {
    const MutexLock lock(mutex_);
    inbox_.push_back({id, std::move(stream)});
    ++stats_.sequences_waiting;
  }
  changed_.notify_one();
  return {};
}

std::vector<TokenLogprobs> FakeModel::score(const GenerateRequest& request,
                                            const FakePrompt& prompt) {
  std::vector<TokenLogprob> tokens;
  if (const auto* given = std::get_if<TokenPrompt>(&request.prompt)) {
    for (const std::int32_t id : given->tokens) tokens.push_back({id, codec_.word_of(id), 0});
  }
  for (const std::string& word : prompt.words) tokens.push_back({fake_token_id(word), word, 0});
  std::vector<TokenLogprobs> scores;
  for (TokenLogprob& token : tokens) {
    const std::size_t index = scores.size();
    scores.push_back(
        fake_prompt_logprobs(std::move(token), index, *request.params.prompt_logprobs));
  }
  return scores;
}

void FakeModel::cancel(RequestId id) noexcept {
  {
    const MutexLock lock(mutex_);
    inbox_.push_back({id, nullptr});
  }
  changed_.notify_one();
}

ModelStats FakeModel::stats() const noexcept {
  const MutexLock lock(mutex_);
  return stats_;
}

void FakeModel::drive() {
  std::vector<Message> messages;
  while (true) {
    bool stopping = false;
    {
      const MutexLock lock(mutex_);
      const auto awake = [this]() REQUIRES(mutex_) { return stopping_ || !inbox_.empty(); };
      if (due_.empty()) {
        changed_.wait(mutex_, awake);
      } else {
        changed_.wait_until(mutex_, due_.top().time, awake);
      }
      messages.swap(inbox_);
      stopping = stopping_;
    }
    for (Message& message : messages) take(std::move(message));
    messages.clear();
    if (stopping) break;
    admit();
    // One step only, so that cancels and new requests never wait for a long queue of due ones.
    if (due_.empty() || due_.top().time > Clock::now()) continue;
    const RequestId id = due_.top().id;
    due_.pop();
    if (const auto found = streams_.find(id); found != streams_.end()) step(*found->second);
  }
  while (!streams_.empty()) {
    fail_stream(*streams_.begin()->second, {ErrorCode::Cancelled, "the model was unloaded"});
  }
}

void FakeModel::take(Message message) {
  if (message.stream) {
    waiting_.push_back(message.id);
    streams_.emplace(message.id, std::move(message.stream));
  } else if (const auto found = streams_.find(message.id); found != streams_.end()) {
    fail_stream(*found->second, {ErrorCode::Cancelled, "the request was cancelled"});
  }
}

void FakeModel::admit() {
  while (!waiting_.empty() && running_ < info_.max_sequences) {
    const auto found = streams_.find(waiting_.front());
    if (found != streams_.end()) {
      Stream& stream = *found->second;
      if (cells_held_ + stream.cells > kv_cells_) return;
      cells_held_ += stream.cells;
      ++running_;
      stream.running = true;
      stream.since = Clock::now();
      {
        const MutexLock lock(mutex_);
        --stats_.sequences_waiting;
        ++stats_.sequences_running;
        stats_.kv_cells_active = stats_.kv_cells_used = static_cast<std::uint32_t>(cells_held_);
      }
      schedule(stream.id, stream.script.prefill);
    }
    waiting_.pop_front();
  }
}

void FakeModel::schedule(RequestId id, Clock::duration delay) {
  due_.push({Clock::now() + delay, order_++, id});
}

void FakeModel::step(Stream& stream) {
  const std::uint32_t generated = stream.usage.completion_tokens;
  if (!stream.prefilled) {
    finish_prefill(stream);
  } else if (stream.script.fail_after && generated >= *stream.script.fail_after) {
    const std::string& path = stream.script.refuse;
    fail_stream(stream, path.empty() ? Error{ErrorCode::Internal, "failed as the script says"}
                                     : refusal(path));
  } else if (std::optional<std::string> token = stream.reply.next()) {
    generate(stream, std::move(*token));
  } else {
    finish(stream, FinishReason::Stop);
  }
}

void FakeModel::finish_prefill(Stream& stream) {
  const auto& prefixes = stream.prefixes;
  // The last token is always computed, as every model must to have something to sample from.
  std::size_t cached = stream.prompt_logprobs.empty() ? prefixes.size() - 1 : 0;
  while (cached > 0 && !seen_prefixes_.contains(prefixes[cached - 1])) --cached;
  if (seen_prefixes_.size() + prefixes.size() > kMaxSeenPrefixes) seen_prefixes_.clear();
  seen_prefixes_.insert(prefixes.begin(), prefixes.end());

  stream.usage.prompt_tokens = static_cast<std::uint32_t>(prefixes.size());
  stream.usage.cached_tokens = static_cast<std::uint32_t>(cached);
  {
    const MutexLock lock(mutex_);
    ++stats_.steps;
    stats_.prompt_tokens_cached += cached;
    stats_.prompt_tokens_computed += prefixes.size() - cached;
  }
  stream.prefixes = {};
  stream.prefilled = true;
  PromptLogprobs part;
  for (TokenLogprobs& score : stream.prompt_logprobs) {
    part.tokens.push_back(std::move(score));
    if (part.tokens.size() == kPromptPart) stream.sink->on_event(std::exchange(part, {}));
  }
  if (!part.tokens.empty()) stream.sink->on_event(std::move(part));
  stream.prompt_logprobs = {};
  const Clock::time_point now = Clock::now();
  stream.timings.prefill_ms = milliseconds(now - stream.since);
  stream.since = now;
  if (stream.script.crash_after == 0U) std::abort();
  if (stream.script.hang_after == 0U) return hang();
  schedule(stream.id, stream.script.delay);
}

void FakeModel::generate(Stream& stream, std::string token) {
  const std::uint32_t generated = ++stream.usage.completion_tokens;
  {
    const MutexLock lock(mutex_);
    ++stats_.steps;
    ++stats_.tokens_generated;
  }
  if (stream.logprobs) stream.unsent.push_back(fake_logprobs(token, stream.top_logprobs));
  if (generated <= stream.script.reasoning) {
    ++stream.usage.reasoning_tokens;
    stream.sink->on_event(ReasoningDelta{std::move(token)});
  } else {
    show(stream, stream.stop.add(token));
  }
  if (stream.script.crash_after == generated) std::abort();
  if (stream.script.hang_after == generated) return hang();
  if (stream.stop.stopped()) return finish(stream, FinishReason::Stop);
  if (generated == stream.max_tokens) return finish(stream, FinishReason::Length);
  schedule(stream.id, stream.script.delay);
}

void FakeModel::show(Stream& stream, std::string text) {
  if (text.empty() && stream.unsent.empty()) return;
  stream.sink->on_event(TextDelta{std::move(text), std::exchange(stream.unsent, {})});
}

void FakeModel::finish(Stream& stream, FinishReason reason) {
  show(stream, stream.stop.take_held());
  if (reason == FinishReason::Stop && !stream.script.calls.empty()) {
    reason = FinishReason::ToolCalls;
    const auto& [tool, arguments] = stream.script.calls.front();
    const std::size_t half = arguments.find(':') + 1;  // between two pieces of ASCII
    stream.sink->on_event(
        ToolCallDelta{0, "call_" + std::to_string(stream.id), tool, arguments.substr(0, half)});
    stream.sink->on_event(ToolCallDelta{0, "", "", arguments.substr(half)});
  }
  stream.timings.decode_ms = milliseconds(Clock::now() - stream.since);
  end(stream, Finished{reason, stream.usage, stream.timings, stream.stop.matched()});
}

void FakeModel::fail_stream(Stream& stream, Error error) {
  if (stream.prefilled) stream.timings.decode_ms = milliseconds(Clock::now() - stream.since);
  end(stream, Failed{std::move(error), stream.usage, stream.timings});
}

void FakeModel::end(Stream& stream, GenerateEvent last) {
  const auto node = streams_.extract(stream.id);
  {
    const MutexLock lock(mutex_);
    if (stream.running) {
      cells_held_ -= stream.cells;
      --running_;
      --stats_.sequences_running;
      stats_.kv_cells_active = stats_.kv_cells_used = static_cast<std::uint32_t>(cells_held_);
    } else {
      --stats_.sequences_waiting;
    }
  }
  stream.sink->on_event(std::move(last));
}

void FakeModel::hang() {
  const MutexLock lock(mutex_);
  changed_.wait(mutex_, [this]() REQUIRES(mutex_) { return stopping_; });
}

}  // namespace pcai::backend::fake

#include "backend/llamacpp/scheduler.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>
#include <span>
#include <utility>

#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/tokens/logits.h"
#include "core/start_thread.h"

namespace pcai::backend::llamacpp {
namespace {

// A cancelled request with fewer tokens in a step is not worth throwing the step away.
constexpr std::uint32_t kWorthAborting = 16;

bool should_abort(void* flag) {
  return static_cast<std::atomic<bool>*>(flag)->load(std::memory_order_relaxed);
}

// What llama_decode returns; the last is for what it throws.
enum : int { kDecoded = 0, kNoRoom = 1, kAborted = 2, kThrown = -100 };

double ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

int decode_batch(llama_context& context, const llama_batch& batch) {
  try {
    return llama_decode(&context, batch);
  } catch (const std::exception& exception) {  // no memory for the buffers of other adapters
    spdlog::error("a step failed: {}", exception.what());
    return kThrown;
  }
}

}  // namespace

Scheduler::Scheduler(LlamaContextPtr context, std::uint32_t vocabulary_size, Options options)
    : context_(std::move(context)),
      vocabulary_size_(vocabulary_size),
      options_(options),
      planner_(options.planner),
      budget_(options.target_step_ms, options.planner.max_batch, options.costs),
      threads_(static_cast<std::uint32_t>(llama_n_threads(context_.get()))),
      adapters_(options.adapters != nullptr ? options.adapters->as_loaded() : AdapterScales{}),
      batch_(llama_batch_init(static_cast<std::int32_t>(options.planner.max_batch), 0, 1)) {
  stats_.kv_cells_total = counters_.kv_cells_total = options.planner.cells;
  llama_set_abort_callback(context_.get(), should_abort, &abort_);
  try {
    thread_ = start_thread([this] { run(); });
  } catch (...) {
    llama_batch_free(batch_);
    throw;
  }
}

Scheduler::~Scheduler() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    abort_ = true;
    changed_.notify_one();
  }
  thread_.join();
  llama_batch_free(batch_);
}

void Scheduler::submit(std::unique_ptr<DecodingRequest> request) {
  const MutexLock lock(mutex_);
  const RequestId id = request->id();
  inbox_.push_back({id, std::move(request)});
  if (running_step_.gives_way) abort_ = true;
  changed_.notify_one();
}

void Scheduler::cancel(RequestId request) noexcept {
  const MutexLock lock(mutex_);
  inbox_.push_back({request, nullptr});
  if (running_step_.cancelling_pays(request)) abort_ = true;
  changed_.notify_one();
}

ModelStats Scheduler::stats() const noexcept {
  const MutexLock lock(mutex_);
  ModelStats stats = stats_;
  for (const Message& message : inbox_) {
    if (message.request) ++stats.sequences_waiting;
  }
  return stats;
}

void Scheduler::run() {
  while (take_inbox()) {
    step();
    update_stats();
  }
  while (!live_.empty())
    end(live_.begin()->first, {ErrorCode::Cancelled, "the model was unloaded"});
}

bool Scheduler::take_inbox() {
  std::vector<Message> inbox;
  bool stopping = false;
  {
    const MutexLock lock(mutex_);
    changed_.wait(mutex_, [this]() REQUIRES(mutex_) {
      return stopping_ || !inbox_.empty() || !planner_.empty();
    });
    inbox.swap(inbox_);
    stopping = stopping_;
  }
  for (Message& message : inbox) {
    if (message.request) {
      planner_.add(message.id, message.request->prompt(), message.request->cache_scope(),
                   message.request->spans(), message.request->adapters(),
                   message.request->wants_prompt_logprobs());
      live_.emplace(message.id, std::move(message.request));
    } else if (live_.contains(message.id)) {
      end(message.id, {ErrorCode::Cancelled, "the request was cancelled"});
    }
  }
  return !stopping;
}

void Scheduler::step() {
  const StepPlan plan = planner_.plan(budget_.tokens(planner_.outlook()));
  carry_out(plan.memory);
  if (plan.items.empty()) return;
  {
    const MutexLock lock(mutex_);
    running_step_.gives_way = plan.gives_way;
    for (const StepItem& item : plan.items) {
      if (item.count >= kWorthAborting) running_step_.prompts.push_back(item.request);
    }
    // Who came since the inbox was taken would wait for this step, so it is not begun.
    abort_ = stopping_ || (plan.gives_way && !inbox_.empty());
    for (const Message& message : inbox_) {
      if (!message.request && running_step_.cancelling_pays(message.id)) abort_ = true;
    }
  }
  const auto threads = static_cast<std::int32_t>(threads_.threads(plan.tokens));
  llama_set_n_threads(context_.get(), threads, threads);
  set_adapters(plan.adapters);
  const auto begin = std::chrono::steady_clock::now();
  const int result = decode(plan);
  const double elapsed = ms_since(begin);
  {
    const MutexLock lock(mutex_);
    running_step_ = {};
  }
  ++counters_.steps;
  if (result == kDecoded) {
    threads_.record(plan.tokens, elapsed);
    std::map<RequestId, Error> failed;
    if (plan.rows > 0) failed = score(plan);
    if (plan.has_prompt) budget_.record(plan.tokens, plan.cells, ms_since(begin));
    planner_.computed(plan);
    for (auto& [request, error] : failed) end(request, std::move(error));
    sample(plan);
  } else if (result == kAborted) {
    recover(plan);
  } else if (result == kNoRoom) {
    if (!planner_.no_room(plan)) fail_step(plan, "the KV cache has no room for this request");
  } else {
    recover(plan);
    fail_step(plan, "llama.cpp failed (" + std::to_string(result) + ") " + take_llama_errors());
  }
}

void Scheduler::carry_out(const std::vector<MemoryOperation>& operations) {
  llama_memory_t memory = llama_get_memory(context_.get());
  for (const MemoryOperation& operation : operations) {
    if (operation.kind == MemoryOperation::Kind::Remove) {
      llama_memory_seq_rm(memory, operation.sequence, -1, -1);
    } else {
      llama_memory_seq_cp(memory, operation.source, operation.sequence, 0,
                          static_cast<llama_pos>(operation.length));
    }
  }
}

void Scheduler::set_adapters(const AdapterScales& scales) {
  if (scales == adapters_) return;
  // Fails for no scales that submit() has let through.
  static_cast<void>(options_.adapters->apply(*context_, scales));
  adapters_ = scales;
}

int Scheduler::decode(const StepPlan& plan) {
  if (plan.items.front().media) return decode_media(plan.items.front());
  batch_.n_tokens = 0;
  for (const StepItem& item : plan.items) {
    const std::vector<Token>& tokens = planner_.tokens(item.request);
    for (std::uint32_t i = 0; i < item.count; ++i) {
      const std::int32_t at = batch_.n_tokens++;
      batch_.token[at] = tokens[item.first + i];
      batch_.pos[at] = static_cast<llama_pos>(item.position + i);
      batch_.n_seq_id[at] = 1;
      batch_.seq_id[at][0] = item.sequence;
      const bool row = item.has_row(item.first + i);
      batch_.logits[at] = static_cast<std::int8_t>(row || (item.output && i + 1 == item.count));
    }
  }
  return decode_batch(*context_, batch_);
}

int Scheduler::decode_media(const StepItem& item) {
  const PromptMedia& media = *live_.at(item.request)->media()[*item.media];
  const std::uint32_t begin = item.first - media.span.first;
  std::vector<llama_pos> positions = options_.projector->positions(
      media, static_cast<llama_pos>(item.position), begin, item.count);
  for (std::uint32_t i = 0; i < item.count; ++i) {
    batch_.n_seq_id[i] = 1;
    batch_.seq_id[i][0] = item.sequence;
    batch_.logits[i] = static_cast<std::int8_t>(item.output && i + 1 == item.count);
  }
  llama_batch batch = batch_;
  batch.n_tokens = static_cast<std::int32_t>(item.count);
  batch.token = nullptr;
  // llama.cpp only reads it.
  batch.embd = const_cast<float*>(media.rows->data() + begin * options_.projector->row_size());
  batch.pos = positions.data();
  if (media.span.whole) llama_set_causal_attn(context_.get(), false);
  const int result = decode_batch(*context_, batch);
  if (media.span.whole) llama_set_causal_attn(context_.get(), true);
  return result;
}

/// Tells of each row how likely the prompt's next token is. Returns the requests that have a row
/// without meaning.
std::map<RequestId, Error> Scheduler::score(const StepPlan& plan) {
  std::map<RequestId, Error> failed;
  std::int32_t first = 0;  // of the item, in the batch
  for (const StepItem& item : plan.items) {
    for (std::uint32_t i = 0; i < item.count; ++i) {
      if (!item.has_row(item.first + i)) continue;
      const auto at = first + static_cast<std::int32_t>(i);
      const std::span<const float> logits(llama_get_logits_ith(context_.get(), at),
                                          vocabulary_size_);
      if (Status usable = check_logits(logits); !usable) {
        failed.emplace(item.request, std::move(usable.error()));
        break;
      }
      live_.at(item.request)->add_prompt_logprobs(logits, item.first + i + 1);
    }
    if (item.rows > 0 && !failed.contains(item.request))
      live_.at(item.request)->send_prompt_logprobs();
    first += static_cast<std::int32_t>(item.count);
  }
  return failed;
}

void Scheduler::sample(const StepPlan& plan) {
  std::int32_t row = -1;
  for (const StepItem& item : plan.items) {
    row += static_cast<std::int32_t>(item.count);
    const auto found = live_.find(item.request);
    if (found == live_.end()) continue;  // it failed while it was scored
    DecodingRequest& request = *found->second;
    const std::uint32_t prompt_end = static_cast<std::uint32_t>(request.prompt().size());
    if (item.first < prompt_end) {
      counters_.prompt_tokens_computed += std::min(item.count, prompt_end - item.first);
    }
    if (!item.output) continue;
    if (item.first + item.count == prompt_end) {
      request.set_cached_tokens(planner_.cached(item.request));
      counters_.prompt_tokens_cached += planner_.cached(item.request);
    }
    const std::span<const float> logits(llama_get_logits_ith(context_.get(), row),
                                        vocabulary_size_);
    if (Status usable = check_logits(logits); !usable) {
      end(item.request, std::move(usable.error()));
      continue;
    }
    const std::uint32_t generated = request.generated();
    const std::vector<Token> tokens = request.advance(logits);
    counters_.tokens_generated += request.generated() - generated;
    for (const Token token : tokens) planner_.append(item.request, token);
    if (tokens.empty()) {
      planner_.finish(item.request, true);
      live_.erase(item.request);
    }
  }
}

/// Takes what the aborted step left of the item out of the cache, and returns how many tokens its
/// sequence has there.
llama_pos Scheduler::cut(const StepItem& item) {
  llama_memory_t memory = llama_get_memory(context_.get());
  const auto first = static_cast<llama_pos>(item.first);
  const auto position = static_cast<llama_pos>(item.position);
  const auto remove_from = [&](llama_pos begin, llama_pos tokens) {
    if (llama_memory_seq_rm(memory, item.sequence, begin, -1)) return tokens;
    llama_memory_seq_rm(memory, item.sequence, -1, -1);
    return llama_pos{0};
  };
  if (item.media) {  // its tokens may share positions, so it is computed again from its begin
    return remove_from(
        position, static_cast<llama_pos>(live_.at(item.request)->media()[*item.media]->span.first));
  }
  const llama_pos end = llama_memory_seq_pos_max(memory, item.sequence) + 1;
  if (end < position) {  // right after a picture, whose tokens share positions, or all is lost
    return end > 0 && !live_.at(item.request)->media().empty() ? first : end;
  }
  const llama_pos held = first + end - position;
  if (item.rows > 0 && held > first) return remove_from(position, first);  // its rows are lost
  const bool logits_lost = item.output && held == first + static_cast<llama_pos>(item.count);
  return logits_lost ? remove_from(end - 1, held - 1) : held;
}

void Scheduler::recover(const StepPlan& plan) {
  std::vector<std::uint32_t> lengths;
  for (const StepItem& item : plan.items) {
    lengths.push_back(static_cast<std::uint32_t>(cut(item)));
  }
  planner_.aborted(plan, lengths);
}

void Scheduler::fail_step(const StepPlan& plan, const std::string& reason) {
  for (const StepItem& item : plan.items) {
    if (live_.contains(item.request)) end(item.request, {ErrorCode::Internal, reason});
  }
}

void Scheduler::end(RequestId request, Error error) {
  planner_.finish(request, false);
  const auto found = live_.find(request);
  const std::unique_ptr<DecodingRequest> live = std::move(found->second);
  live_.erase(found);
  update_stats();
  live->fail_with(std::move(error));
}

void Scheduler::update_stats() {
  counters_.kv_cells_used = planner_.cells_used();
  counters_.kv_cells_active = planner_.cells_active();
  counters_.sequences_running = planner_.running();
  counters_.sequences_waiting = planner_.waiting();
  counters_.preemptions = planner_.preemptions();
  const MutexLock lock(mutex_);
  stats_ = counters_;
}

}  // namespace pcai::backend::llamacpp

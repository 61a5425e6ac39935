#include <algorithm>
#include <utility>

#include "engine/engine_impl.h"

namespace pcai {
namespace {

// Far enough to be "never", near enough not to overflow the clock.
constexpr std::chrono::milliseconds kLongestTimeout = std::chrono::hours(24 * 365);

Failed failure(Error error) {
  return Failed{std::move(error), {}, {}};
}

Usage& usage_of(GenerateEvent& last) {
  auto* finished = std::get_if<Finished>(&last);
  return finished ? finished->usage : std::get<Failed>(last).usage;
}

Timings& timings_of(GenerateEvent& last) {
  auto* finished = std::get_if<Finished>(&last);
  return finished ? finished->timings : std::get<Failed>(last).timings;
}

void count(EngineStats& counts, GenerateEvent& last) {
  if (const auto* failed = std::get_if<Failed>(&last)) {
    ++(failed->error.code == ErrorCode::Cancelled ? counts.cancelled : counts.failed);
  } else {
    ++counts.finished;
  }
  const Usage& usage = usage_of(last);
  counts.prompt_tokens += usage.prompt_tokens;
  counts.cached_tokens += usage.cached_tokens;
  counts.completion_tokens += usage.completion_tokens;
}

RequestRecord record_of(const LiveRequest& request, GenerateEvent& last) {
  const auto* finished = std::get_if<Finished>(&last);
  return {.id = request.id,
          .model = request.model.spec.id,
          .outcome = std::string(finished ? to_string(finished->reason)
                                          : to_string(std::get<Failed>(last).error.code)),
          .usage = usage_of(last),
          .timings = timings_of(last)};
}

}  // namespace

Result<std::unique_ptr<Generation>> Engine::Impl::generate(GenerateRequest request) {
  const Lock lock(mutex_);
  if (draining_) {
    return fail(ErrorCode::Draining, "the server is shutting down and takes no new requests");
  }
  Result<Model*> model = models_.find(request.model);
  if (!model) return fail(std::move(model.error()));
  AddedMessages added;
  if (auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    added = apply_defaults((*model)->spec.defaults, *chat);
  }

  std::optional<std::chrono::milliseconds> timeout = request.timeout;
  if (!timeout && options_.default_timeout.count() > 0) timeout = options_.default_timeout;
  const auto live = std::make_shared<LiveRequest>(
      last_id_ + 1, **model, std::move(request),
      [this](LiveRequest& ended, GenerateEvent last) { on_last(ended, std::move(last)); });
  live->added = added;
  if (!admission_.enter(live)) {
    ++counts_.refused;
    return fail(ErrorCode::Overloaded, "the queue of " + std::to_string(options_.max_queue) +
                                           " waiting requests is full; try again later");
  }
  ++last_id_;
  ++counts_.accepted;
  requests_.emplace(live->id, live);
  if (timeout) {
    live->deadline = live->arrival + std::min(*timeout, kLongestTimeout);
    deadlines_.add(*live->deadline, live->id);
  }
  advance(**model);
  settle(**model);
  return std::make_unique<Generation>(live->id, live->buffer,
                                      [engine = weak_from_this()](RequestId id) {
                                        if (const auto impl = engine.lock())
                                          impl->end_early(id, ErrorCode::Cancelled);
                                      });
}

void Engine::Impl::advance(Model& model) {
  for (auto& request : admission_.admit(model)) {
    submit_threads_.post([this, request = std::move(request)] { submit(request); });
  }
  if (!model.waiting.empty() && model.loadable()) {
    begin_load(model);
    load_threads_.post([this, &model] { load_in_background(model); });
  }
}

void Engine::Impl::submit(const std::shared_ptr<LiveRequest>& request) {
  Lock lock(mutex_);
  if (request->state == LiveRequest::State::Ended) return;
  request->queue_ms = request->age_ms();
  if (request->instance->closed) {
    Ending ending = close(request, failure(*request->instance->closed));
    lock.unlock();
    return deliver(std::move(ending));
  }
  request->state = LiveRequest::State::Submitting;
  const Lease lease(*this, request->model, request->instance);
  lock.unlock();
  Status status = lease.model().submit(request->id, std::move(*request->request), request);
  request->request.reset();
  if (!status) return on_last(*request, failure(std::move(status.error())));

  request->buffer->accept();
  lock.lock();
  if (request->state == LiveRequest::State::Submitting) {
    request->state = LiveRequest::State::Running;
  }
  const bool cancel = request->end_code.has_value();
  lock.unlock();
  if (cancel) lease.model().cancel(request->id);
}

void Engine::Impl::end_early(RequestId id, ErrorCode code) noexcept {
  Lock lock(mutex_);
  if (const auto inquiry = inquiries_.find(id); inquiry != inquiries_.end()) {
    const std::shared_ptr<PendingInquiry> pending = inquiry->second;
    if (!pending->end_code) pending->end_code = code;
    changed_.notify_all();
    lock.unlock();
    pending->stop.request_stop();
    return;
  }
  const auto found = requests_.find(id);
  if (found == requests_.end() || found->second->state == LiveRequest::State::Ended) return;
  const std::shared_ptr<LiveRequest> request = found->second;
  if (!request->end_code) request->end_code = code;

  if (request->state == LiveRequest::State::Submitting) return;  // submit() will act on end_code
  if (request->state == LiveRequest::State::Running) {
    if (!request->instance->model) return;  // its destructor ends the request
    const Lease lease(*this, request->model, request->instance);
    lock.unlock();
    return lease.model().cancel(id);
  }
  Ending ending = close(request, failure({ErrorCode::Cancelled, ""}));
  advance(request->model);
  lock.unlock();
  deliver(std::move(ending));
}

void Engine::Impl::on_last(LiveRequest& live, GenerateEvent last) {
  if (auto* const failed = std::get_if<Failed>(&last)) {
    failed->error = without_added(std::move(failed->error), live.added);
  }
  Lock lock(mutex_);
  if (live.state == LiveRequest::State::Ended) return;
  Ending ending = close(requests_.at(live.id), std::move(last));
  advance(live.model);
  lock.unlock();
  deliver(std::move(ending));
}

Engine::Impl::Ending Engine::Impl::close(std::shared_ptr<LiveRequest> request, GenerateEvent last) {
  if (request->state == LiveRequest::State::Waiting) request->queue_ms = request->age_ms();
  auto* failed = std::get_if<Failed>(&last);
  if (failed && failed->error.code == ErrorCode::Cancelled && request->end_code) {
    const bool late = *request->end_code == ErrorCode::DeadlineExceeded;
    failed->error = {*request->end_code,
                     late ? "the request's time ran out" : "the request was cancelled"};
  }
  timings_of(last).queue_ms = request->queue_ms;
  timings_of(last).first_token_ms = request->first_token_ms;
  count(counts_, last);
  if (request->deadline) deadlines_.remove(*request->deadline, request->id);
  admission_.leave(*request);
  settle(request->model);
  return {std::move(request), std::move(last)};
}

std::vector<Engine::Impl::Ending> Engine::Impl::close_waiting(Model& model, const Error& error) {
  std::vector<Ending> endings;
  while (!model.waiting.empty()) {
    endings.push_back(close(model.waiting.begin()->second, failure(error)));
  }
  return endings;
}

void Engine::Impl::deliver(Ending ending) {
  LiveRequest& request = *ending.request;
  if (on_record_) on_record_(record_of(request, ending.last));
  request.buffer->push(std::move(ending.last));
  const Lock lock(mutex_);
  requests_.erase(request.id);
  if (idle()) changed_.notify_all();
}

void Engine::Impl::drain() {
  const Lock lock(mutex_);
  draining_ = true;
}

bool Engine::Impl::wait_idle(std::chrono::milliseconds timeout) {
  Lock lock(mutex_);
  return changed_.wait_for(lock, std::min(timeout, kLongestTimeout), [this] { return idle(); });
}

void Engine::Impl::cancel_all() {
  std::vector<RequestId> ids;
  {
    const Lock lock(mutex_);
    for (const auto& [id, request] : requests_) ids.push_back(id);
  }
  // Youngest first, so that no waiting request gets the place of one that was just cancelled.
  std::sort(ids.begin(), ids.end(), std::greater<>());
  for (const RequestId id : ids) end_early(id, ErrorCode::Cancelled);
  stop_inquiries(nullptr, ErrorCode::Cancelled);
}

EngineStats Engine::Impl::stats() const {
  const Lock lock(mutex_);
  EngineStats stats = counts_;
  stats.queued = admission_.queued();
  stats.running = admission_.running();
  return stats;
}

}  // namespace pcai

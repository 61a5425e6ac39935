#include "engine/requests/requests.h"

#include <algorithm>
#include <utility>

#include "engine/models/call_model.h"

namespace pcai::engine {
namespace {

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

RequestRecord record_of(const PendingRequest& request, GenerateEvent& last) {
  const auto* finished = std::get_if<Finished>(&last);
  return {.id = request.id,
          .model = request.model.spec.id,
          .outcome = std::string(finished ? to_string(finished->reason)
                                          : to_string(std::get<Failed>(last).error.code)),
          .usage = usage_of(last),
          .timings = timings_of(last)};
}

}  // namespace

Requests::Requests(EngineState& state, Residence& residence,
                   std::function<void(const RequestRecord&)> on_record)
    : state_(state),
      residence_(residence),
      on_record_(std::move(on_record)),
      admission_(state.options.max_queue),
      deadlines_([this](RequestId id) { end_early(id, ErrorCode::DeadlineExceeded); }),
      threads_(state.options.submit_threads) {}

Result<std::unique_ptr<Generation>> Requests::generate(GenerateRequest request, Stay stay,
                                                       std::function<void(RequestId)> cancel) {
  const EngineOptions& options = state_.options;
  const EngineLock lock(state_);
  Result<Model*> model = state_.find_for_request(request.model);
  if (!model) return fail(std::move(model.error()));
  AddedMessages added;
  if (auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    added = apply_defaults((*model)->spec.defaults, *chat);
  }

  std::optional<std::chrono::milliseconds> timeout = request.timeout;
  if (!timeout && options.default_timeout.count() > 0) timeout = options.default_timeout;
  const auto pending = std::make_shared<PendingRequest>(
      state_.last_id + 1, **model, std::move(request),
      [this](PendingRequest& ended, GenerateEvent last) { on_last(ended, std::move(last)); });
  pending->added = added;
  if (!admission_.enter(pending)) {
    ++state_.counts.refused;
    return fail(ErrorCode::Overloaded, "the queue of " + std::to_string(options.max_queue) +
                                           " waiting requests is full; try again later");
  }
  (*model)->ask_stay(stay);
  ++state_.last_id;
  ++state_.counts.accepted;
  live_.emplace(pending->id, pending);
  if (timeout) {
    pending->deadline = pending->arrival + std::min(*timeout, kLongestTimeout);
    deadlines_.add(*pending->deadline, pending->id);
  }
  advance(**model);
  residence_.settle(**model);
  return std::make_unique<Generation>(pending->id, pending->buffer, std::move(cancel));
}

void Requests::advance(Model& model) {
  for (auto& request : admission_.admit(model)) {
    threads_.post([this, request = std::move(request)] { submit(request); });
  }
  if (!model.waiting.empty() && model.loadable()) residence_.load_in_background(model);
}

void Requests::submit(const std::shared_ptr<PendingRequest>& request) {
  EngineLock lock(state_);
  if (request->state == PendingRequest::State::Ended) return;
  request->queue_ms = request->age_ms();
  request->model.latencies->queue.record_ms(request->queue_ms);
  if (request->instance->closed) {
    Ending ending = close(request, failure(*request->instance->closed));
    lock.unlock();
    return deliver(std::move(ending));
  }
  request->state = PendingRequest::State::Submitting;
  const Lease lease = residence_.lease(request->model, request->instance);
  lock.unlock();
  Status status = call_model("the request cannot be taken", [&] {
    return lease.model().submit(request->id, std::move(*request->request), request);
  });
  request->request.reset();
  if (!status) return on_last(*request, failure(std::move(status.error())));

  request->buffer->accept();
  lock.lock();
  if (request->state == PendingRequest::State::Submitting) {
    request->state = PendingRequest::State::Running;
  }
  const bool cancel = request->end_code.has_value();
  lock.unlock();
  if (cancel) lease.model().cancel(request->id);
}

void Requests::end_early(RequestId id, ErrorCode code) noexcept {
  EngineLock lock(state_);
  const auto found = live_.find(id);
  if (found == live_.end() || found->second->state == PendingRequest::State::Ended) return;
  const std::shared_ptr<PendingRequest> request = found->second;
  if (!request->end_code) request->end_code = code;

  if (request->state == PendingRequest::State::Submitting) return;  // submit() acts on end_code
  if (request->state == PendingRequest::State::Running) {
    if (!request->instance->model) return;  // its destructor ends the request
    const Lease lease = residence_.lease(request->model, request->instance);
    lock.unlock();
    return lease.model().cancel(id);
  }
  Ending ending = close(request, failure({ErrorCode::Cancelled, ""}));
  advance(request->model);
  lock.unlock();
  deliver(std::move(ending));
}

void Requests::on_last(PendingRequest& request, GenerateEvent last) {
  if (auto* const failed = std::get_if<Failed>(&last)) {
    failed->error = without_added(std::move(failed->error), request.added);
  }
  EngineLock lock(state_);
  if (request.state == PendingRequest::State::Ended) return;
  Ending ending = close(live_.at(request.id), std::move(last));
  advance(request.model);
  lock.unlock();
  deliver(std::move(ending));
}

Requests::Ending Requests::close(std::shared_ptr<PendingRequest> request, GenerateEvent last) {
  if (request->state == PendingRequest::State::Waiting) request->queue_ms = request->age_ms();
  auto* failed = std::get_if<Failed>(&last);
  if (failed && failed->error.code == ErrorCode::Cancelled && request->end_code) {
    failed->error = ended_early(*request->end_code);
  }
  timings_of(last).queue_ms = request->queue_ms;
  timings_of(last).first_token_ms = request->first_token_ms;
  count(state_.counts, last);
  if (!failed) request->model.latencies->request.record_ms(request->age_ms());
  if (request->deadline) deadlines_.remove(*request->deadline, request->id);
  admission_.leave(*request);
  residence_.settle(request->model);
  return {std::move(request), std::move(last)};
}

std::function<void()> Requests::end_waiting(Model& model, const Error& error) {
  std::vector<Ending> endings;
  while (!model.waiting.empty()) {
    endings.push_back(close(model.waiting.begin()->second, failure(error)));
  }
  return [this, endings = std::move(endings)]() mutable {
    for (Ending& ending : endings) deliver(std::move(ending));
  };
}

void Requests::deliver(Ending ending) {
  PendingRequest& request = *ending.request;
  if (on_record_) on_record_(record_of(request, ending.last));
  request.buffer->push(std::move(ending.last));
  const EngineLock lock(state_);
  live_.erase(request.id);
  if (idle()) state_.notify();
}

void Requests::cancel_all() {
  std::vector<RequestId> ids;
  {
    const EngineLock lock(state_);
    for (const auto& [id, request] : live_) ids.push_back(id);
  }
  // Youngest first, so that no waiting request gets the place of one that was just cancelled.
  std::sort(ids.begin(), ids.end(), std::greater<>());
  for (const RequestId id : ids) end_early(id, ErrorCode::Cancelled);
}

}  // namespace pcai::engine

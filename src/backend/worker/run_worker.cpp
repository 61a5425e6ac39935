#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <utility>

#include "backend/worker/channel.h"
#include "backend/worker/messages.h"
#include "backend/worker/register.h"
#include "backend/worker/soundness.h"
#include "backend/worker/worker_abilities.h"
#include "backend/worker/worker_line.h"
#include "core/mutex.h"
#include "core/task_threads.h"
#include "platform/child_process.h"
#include "platform/environment.h"
#include "platform/processors.h"
#include "platform/sandbox.h"

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxUnsent = std::size_t{256} << 20;
constexpr std::size_t kSubmitThreads = 4;  // that tokenize; the parent's callers wait for them
constexpr std::size_t kQueryThreads = 2;   // that embed and show tokens
constexpr std::size_t kVectorBytes = std::size_t{2} << 20;  // in one message
constexpr milliseconds kLastFlush{1'000};
constexpr int kParentGone = 1;
constexpr int kParentNotUnderstood = 2;

/// The child's side: one model and the way to the parent. The main thread receives and beats; the
/// model's own threads send their events themselves.
class Worker {
 public:
  Worker(platform::Stream connection, const BackendRegistry& registry, std::string_view backend)
      : channel_(std::move(connection), kMaxToWorker, kMaxUnsent),
        registry_(registry),
        backend_name_(backend) {}

  int run();

 private:
  class Sink;
  class Progress;

  bool receive(std::string_view payload);
  bool on(LoadCommand command);
  bool on(SubmitCommand command);
  bool on(CancelCommand command);
  bool on(QueryCommand command);
  bool on(CancelQueryCommand command);
  bool on(ShutdownCommand command);

  void load(const ModelSpec& spec);
  Result<ModelInfo> create_and_load(const ModelSpec& spec);
  void submit(RequestId id, GenerateRequest request);
  Status submit_to_model(RequestId id, GenerateRequest request);
  void answer(RequestId id, const Query& query, const std::stop_token& stop);
  Result<QueryAnswer> ask_model(const Query& query, const std::stop_token& stop);
  void say_answer(RequestId id, QueryAnswer answer);
  void say(const FromWorker& message);
  void send(std::string frame);
  void beat();
  int finish();

  Channel channel_;
  const BackendRegistry& registry_;
  const std::string backend_name_;
  milliseconds heartbeat_{1'000};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> beat_now_{false};

  Mutex mutex_;
  std::unordered_map<RequestId, bool> submitting_ GUARDED_BY(mutex_);  // true: cancelled meanwhile
  std::unordered_map<RequestId, std::stop_source> queries_ GUARDED_BY(mutex_);

  std::unique_ptr<InferenceBackend> backend_;
  std::unique_ptr<LoadedModel> model_;
  std::atomic<LoadedModel*> ready_{nullptr};   // model_, once it is loaded
  std::optional<TaskThreads> submit_threads_;  // starts with the first command
  std::optional<TaskThreads> query_threads_;   // the same; apart, because embedding takes its time
};

/// Passes one request's events on.
class Worker::Sink final : public EventSink {
 public:
  Sink(Worker& worker, RequestId id) : worker_(worker), id_(id) {}

  void on_event(GenerateEvent event) noexcept override {
    if (std::exchange(ended_, ended_ || is_last(event))) return;
    if (auto* failed = std::get_if<Failed>(&event)) failed->error = shown(std::move(failed->error));
    const bool sound = is_sound(event);
    std::string frame = sound ? encode(RequestEvent{id_, std::move(event)}) : std::string();
    // The parent would take this worker for a hostile one, and one request's failure is its own.
    if (!sound || frame.size() - kLengthBytes > kMaxFromWorker) {
      ended_ = true;
      frame =
          encode(RequestEvent{id_, Failed{{ErrorCode::Internal,
                                           "the backend sent a message that cannot be passed on: "
                                           "text that is not UTF-8, or too much of it at once"},
                                          {},
                                          {}}});
      worker_.submit_threads_->post(
          [&worker = worker_, id = id_] { worker.ready_.load()->cancel(id); });
    }
    worker_.send(std::move(frame));
    if (!ended_) return;
    worker_.beat_now_ = true;
    worker_.channel_.wake();
  }

 private:
  Worker& worker_;
  const RequestId id_;
  bool ended_ = false;
};

class Worker::Progress final : public LoadProgress {
 public:
  explicit Progress(Worker& worker) : worker_(worker) {}

  bool on_progress(float fraction) noexcept override {
    worker_.say(LoadProgressed{fraction > 0 ? std::min(fraction, 1.0F) : 0.0F});
    return !worker_.stopping_;
  }

 private:
  Worker& worker_;
};

int Worker::run() {
  Clock::time_point next_beat = Clock::now();
  while (!stopping_) {
    const auto left = std::chrono::ceil<milliseconds>(next_beat - Clock::now());
    channel_.wait(nullptr, std::clamp(left, milliseconds(0), heartbeat_));
    switch (channel_.receive([this](std::string_view payload) { return receive(payload); })) {
      case Channel::State::Open: break;
      case Channel::State::Closed: std::_Exit(kParentGone);  // nobody is left to be tidy for
      case Channel::State::Malformed:
        std::fputs(
            "the parent sent a message that this worker does not know: is it another version?\n",
            stderr);
        std::_Exit(kParentNotUnderstood);
    }
    const bool asked = beat_now_.exchange(false);
    if (!asked && Clock::now() < next_beat) continue;
    beat();
    next_beat = Clock::now() + heartbeat_;
    const LoadedModel* const model = ready_;
    if (model != nullptr && !model->alive()) {
      std::fputs("the backend's engine ended\n", stderr);
      stopping_ = true;  // the parent starts another process for the next request
    }
  }
  return finish();
}

int Worker::finish() {
  {
    const MutexLock lock(mutex_);
    for (auto& [id, stop] : queries_) stop.request_stop();
  }
  query_threads_.reset();
  submit_threads_.reset();
  model_.reset();
  const Clock::time_point end = Clock::now() + kLastFlush;
  while (!channel_.is_flushed() && Clock::now() < end) {
    channel_.wait(nullptr, kLastFlush / 10);
    channel_.receive([](std::string_view) { return true; });
  }
  return 0;
}

bool Worker::receive(std::string_view payload) {
  std::optional<ToWorker> command = decode_to_worker(payload);
  return command && std::visit([this](auto& what) { return on(std::move(what)); }, *command);
}

bool Worker::on(LoadCommand command) {
  if (submit_threads_) return false;
  heartbeat_ = std::max(command.heartbeat, milliseconds(1));
  if (command.harden) {
    for (const std::string& refused : platform::harden_process(command.memory_limit)) {
      std::fprintf(stderr, "not hardened: %s\n", refused.c_str());
    }
  }
  // Some of mistral.rs' thread pools take their size from here only. No other thread runs yet.
  const std::uint32_t threads = command.spec.config.threads;
  platform::set_variable_if_unset(
      "RAYON_NUM_THREADS",
      std::to_string(threads > 0 ? threads : platform::usable_processors()).c_str());
  submit_threads_.emplace(kSubmitThreads);
  query_threads_.emplace(kQueryThreads);
  submit_threads_->post([this, spec = std::move(command.spec)] { load(spec); });
  return true;
}

bool Worker::on(SubmitCommand command) {
  if (!ready_) return false;
  {
    const MutexLock lock(mutex_);
    submitting_.emplace(command.id, false);
  }
  const auto shared = std::make_shared<SubmitCommand>(std::move(command));
  submit_threads_->post([this, shared] { submit(shared->id, std::move(shared->request)); });
  return true;
}

bool Worker::on(CancelCommand command) {
  if (!ready_) return false;
  {
    const MutexLock lock(mutex_);
    const auto found = submitting_.find(command.id);
    if (found != submitting_.end()) found->second = true;
  }
  ready_.load()->cancel(command.id);
  return true;
}

bool Worker::on(QueryCommand command) {
  if (!ready_) return false;
  std::stop_source stop;
  {
    const MutexLock lock(mutex_);
    queries_.emplace(command.id, stop);
  }
  const auto shared = std::make_shared<QueryCommand>(std::move(command));
  query_threads_->post(
      [this, shared, token = stop.get_token()] { answer(shared->id, shared->query, token); });
  return true;
}

bool Worker::on(CancelQueryCommand command) {
  const MutexLock lock(mutex_);
  if (const auto found = queries_.find(command.id); found != queries_.end()) {
    found->second.request_stop();
  }
  return true;
}

bool Worker::on(ShutdownCommand) {
  stopping_ = true;
  return true;
}

void Worker::load(const ModelSpec& spec) {
  Result<ModelInfo> info = create_and_load(spec);
  if (info) {
    beat();  // so that the stats are there from the start
    LoadedModel& model = *ready_;
    say(ModelLoaded{std::move(*info),
                    {.embedder = model.embedder() != nullptr,
                     .ranker = model.ranker() != nullptr,
                     .token_codec = model.token_codec() != nullptr}});
  } else {
    say(LoadFailed{shown(std::move(info.error()))});
  }
}

Result<ModelInfo> Worker::create_and_load(const ModelSpec& spec) try {
  auto backend = registry_.create_backend(backend_name_);
  if (!backend) return fail(std::move(backend.error()));
  backend_ = std::move(*backend);
  Progress progress(*this);
  auto model = backend_->load(spec, progress);
  if (!model) return fail(std::move(model.error()));
  model_ = std::move(*model);
  ready_ = model_.get();
  return model_->info();
} catch (const std::exception& error) {
  return fail(ErrorCode::Internal, "loading '" + spec.id + "' failed: " + error.what());
}

void Worker::submit(RequestId id, GenerateRequest request) {
  Status status = submit_to_model(id, std::move(request));
  bool cancelled = false;
  {
    const MutexLock lock(mutex_);
    cancelled = submitting_.extract(id).mapped();
  }
  if (!status) return say(RequestRefused{id, shown(std::move(status.error()))});
  say(RequestTaken{id});
  if (cancelled) ready_.load()->cancel(id);  // the model did not know it yet when that came
}

Status Worker::submit_to_model(RequestId id, GenerateRequest request) try {
  return ready_.load()->submit(id, std::move(request), std::make_shared<Sink>(*this, id));
} catch (const std::exception& error) {
  return fail(ErrorCode::Internal, std::string("the request cannot be taken: ") + error.what());
}

void Worker::answer(RequestId id, const Query& query, const std::stop_token& stop) {
  Result<QueryAnswer> answer = stop.stop_requested()
                                   ? fail(ErrorCode::Cancelled, "the request was cancelled")
                                   : ask_model(query, stop);
  {
    const MutexLock lock(mutex_);
    queries_.erase(id);
  }
  if (!answer) return say(QueryFailed{id, shown(std::move(answer.error()))});
  say_answer(id, std::move(*answer));
}

Result<QueryAnswer> Worker::ask_model(const Query& query, const std::stop_token& stop) try {
  return answer_query(*ready_, query, stop);
} catch (const std::exception& error) {
  return fail(ErrorCode::Internal, std::string("the model failed: ") + error.what());
}

void Worker::say_answer(RequestId id, QueryAnswer answer) {
  if (auto* embeddings = std::get_if<Embeddings>(&answer)) {
    std::vector<Embedding> all = std::move(embeddings->items);
    const std::size_t bytes = all.empty() ? 1 : all.front().values.size() * sizeof(float) + 1;
    const std::size_t at_once = std::max<std::size_t>(1, kVectorBytes / bytes);
    std::size_t begin = 0;
    for (; all.size() - begin > at_once; begin += at_once) {
      Embeddings part{.more = true};
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
      std::move(first, first + static_cast<std::ptrdiff_t>(at_once),
                std::back_inserter(part.items));
      say(QueryAnswered{id, std::move(part)});
    }
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(begin));
    embeddings->items = std::move(all);
  }
  const FromWorker message = QueryAnswered{id, std::move(answer)};
  const bool sound = is_sound(message);
  std::string frame = sound ? encode(message) : std::string();
  if (!sound || frame.size() - kLengthBytes > kMaxFromWorker) {
    return say(QueryFailed{id, {ErrorCode::Internal, "the answer is too large to pass on"}});
  }
  send(std::move(frame));
}

void Worker::say(const FromWorker& message) {
  send(encode(message));
}

void Worker::send(std::string frame) {
  if (channel_.send(std::move(frame))) return;
  std::fputs("the parent does not read\n", stderr);
  std::_Exit(kParentGone);
}

void Worker::beat() {
  const LoadedModel* const model = ready_;
  say(Heartbeat{model ? model->stats() : ModelStats{}});
}

}  // namespace

int run_worker(int fd, const BackendRegistry& registry, std::string_view backend) {
  mark_log_lines();
  // ggml would start a debugger on this process before it ends it.
  platform::set_variable_if_unset("GGML_NO_BACKTRACE", "1");
  return Worker(platform::become_child(fd), registry, backend).run();
}

}  // namespace pcai::backend::worker

#include "backend/worker/worker_model.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include "backend/worker/secret_variable.h"
#include "backend/worker/soundness.h"
#include "backend/worker/worker_line.h"
#include "core/start_thread.h"

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMaxUnsent = 2 * kMaxToWorker;
constexpr milliseconds kExitTime{1'000};    // from the connection's end to the process's
constexpr milliseconds kKillTime{10'000};   // a process stuck in a driver may not end at all
constexpr int kDiagnosticReadsAtOnce = 16;  // then the connection has its turn

Error too_large() {
  return {ErrorCode::InvalidRequest,
          "the request is larger than " + std::to_string(kMaxToWorker >> 20) + " MiB"};
}

Error does_not_keep_up(const std::string& id) {
  return {ErrorCode::Overloaded,
          "the process of model '" + id + "' does not keep up; try again later"};
}

/// Reads what there is; false when nothing will come any more.
bool drain(platform::Stream& diagnostics, StderrTail& tail) {
  std::array<char, 4096> bytes;
  for (int reads = 0; reads < kDiagnosticReadsAtOnce; ++reads) {
    const platform::Moved moved = diagnostics.read(bytes.data(), bytes.size());
    if (moved.closed) return false;
    if (moved.bytes == 0) return true;
    tail.add({bytes.data(), moved.bytes});
  }
  return true;
}

/// What the events of a request may have in bytes: far more than an honest worker needs, but no
/// more than the answer's length makes plausible.
std::uint64_t event_budget(const GenerateParams& params, std::uint32_t context_length) {
  constexpr std::uint64_t kAtAll = std::uint64_t{1} << 20;
  constexpr std::uint64_t kToken = 512;
  const std::uint64_t tokens = std::min(params.max_tokens, context_length);
  const std::uint64_t logprobs = params.logprobs ? 1 + std::uint64_t{params.top_logprobs} : 0;
  const std::uint64_t prompt =
      params.prompt_logprobs ? context_length * (2 + std::uint64_t{*params.prompt_logprobs}) : 0;
  return kAtAll + (tokens * (1 + logprobs) + prompt) * kToken;
}

}  // namespace

WorkerModel::WorkerModel(platform::Stream connection, std::string id, const WorkerOptions& options)
    : id_(std::move(id)),
      options_(options),
      channel_(std::move(connection), kMaxFromWorker, kMaxUnsent),
      abilities_(
          [this](Query query, const std::stop_token& stop) { return ask(std::move(query), stop); }),
      watchdog_(options.silence_timeout, options.stall_timeout, Clock::now()) {}

Result<std::unique_ptr<LoadedModel>> WorkerModel::load(std::vector<std::string> command,
                                                       const ModelSpec& spec,
                                                       LoadProgress& progress,
                                                       const WorkerOptions& options) try {
  auto ends = platform::connect_pair();
  if (!ends) {
    return fail(ErrorCode::Internal,
                "cannot connect to a model's process: " + ends.error().message());
  }
  std::unique_ptr<WorkerModel> model(new WorkerModel(std::move(ends->first), spec.id, options));
  const auto theirs = std::make_shared<platform::Stream>(std::move(ends->second));
  model->thread_ = start_thread([running = model.get(), command = std::move(command), theirs,
                                 spec = spec] { running->run(command, std::move(*theirs), spec); });
  Result<ModelInfo> info = model->wait_loaded(progress);
  if (!info) return fail(std::move(info.error()));
  model->info_ = std::move(*info);
  model->loaded_ = true;
  return model;
} catch (const NoThread& none) {
  return fail(ErrorCode::Internal, none.what());
}

Result<ModelInfo> WorkerModel::wait_loaded(LoadProgress& progress) {
  while (true) {
    float fraction = 1;
    std::optional<Result<ModelInfo>> result;
    {
      const MutexLock lock(loading_.mutex);
      loading_.changed.wait(loading_.mutex, [this]() REQUIRES(loading_.mutex) {
        return loading_.moved || loading_.result;
      });
      loading_.moved = false;
      result = loading_.result;
      if (!result) fraction = loading_.fraction;
    }
    if (result && !*result) return *result;
    if (!progress.on_progress(fraction)) {
      return fail(ErrorCode::Cancelled, "loading '" + id_ + "' was cancelled");
    }
    if (result) return *result;
  }
}

WorkerModel::~WorkerModel() {
  stop_ = loaded_ ? Stop::Gently : Stop::AtOnce;
  channel_.wake();
  if (thread_.joinable()) thread_.join();
}

Status WorkerModel::submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) {
  const std::uint64_t budget = event_budget(request.params, info_.context_length);
  std::string frame = encode(SubmitCommand{id, std::move(request)});
  if (frame.size() - kLengthBytes > kMaxToWorker) {
    return fail(too_large());
  }
  auto answer = requests_.add(id, std::move(sink), budget);
  if (!answer) return fail(std::move(answer.error()));
  if (!channel_.send(std::move(frame))) {
    requests_.remove(id);
    return fail(does_not_keep_up(id_));
  }
  return answer->get();
}

void WorkerModel::cancel(RequestId id) noexcept {
  if (requests_.cancel(id)) channel_.send(encode(CancelCommand{id}));
}

Result<QueryAnswer> WorkerModel::ask(Query query, const std::stop_token& stop) {
  if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the request was cancelled");
  const RequestId id = ++last_query_;
  const auto* embed = std::get_if<EmbedRequest>(&query);
  const std::size_t vectors = embed ? embed->inputs.size() : 0;
  std::string frame = encode(QueryCommand{id, std::move(query)});
  if (frame.size() - kLengthBytes > kMaxToWorker) return fail(too_large());
  auto answer = queries_.add(id, vectors);
  if (!answer) return fail(std::move(answer.error()));
  if (!channel_.send(std::move(frame))) queries_.fail_query(id, does_not_keep_up(id_));
  const std::stop_callback on_stop(stop, [this, id] {
    const bool waits = queries_.fail_query(id, {ErrorCode::Cancelled, "the request was cancelled"});
    if (waits) channel_.send(encode(CancelQueryCommand{id}));
  });
  return answer->get();
}

ModelStats WorkerModel::stats() const noexcept {
  const MutexLock lock(stats_mutex_);
  return stats_;
}

void WorkerModel::run(const std::vector<std::string>& command, platform::Stream theirs,
                      ModelSpec spec) {
  auto child = platform::ChildProcess::spawn(command, std::move(theirs), names_a_secret);
  if (!child) {
    return end({ErrorCode::Internal, "cannot start a model's process, '" + command.front() +
                                         "': " + child.error().message()});
  }
  const int process_id = child->id();
  process_id_ = process_id;
  StderrTail tail([this, process_id](const std::string& line) {
    const WorkerLine read = read_worker_line(line);
    if (read.level == spdlog::level::debug) {
      spdlog::debug("worker {}: {}", process_id, read.text);
    } else {
      spdlog::log(read.level, "model={} {}", id_, read.text);
    }
  });
  channel_.send(encode(
      LoadCommand{std::move(spec), options_.heartbeat, options_.memory_limit, options_.harden}));
  const std::string why = watch(*child, tail);
  if (why.empty() && stop_ != Stop::AtOnce) child->wait(kExitTime);
  end(how_it_ended(*child, tail, why));
}

/// Returns when the worker has closed the connection, or has to be ended: then says why.
std::string WorkerModel::watch(platform::ChildProcess& child, StderrTail& tail) {
  std::optional<Clock::time_point> give_up;
  const platform::Stream* diagnostics = &child.diagnostics();
  while (stop_ != Stop::AtOnce) {
    milliseconds timeout = watchdog_.interval();
    if (stop_ == Stop::Gently) {
      if (!give_up) {
        give_up = Clock::now() + options_.shutdown_timeout;
        channel_.send(encode(ShutdownCommand{}));
      }
      const auto left = std::chrono::ceil<milliseconds>(*give_up - Clock::now());
      if (left.count() <= 0) return "it did not exit in time";
      timeout = std::min(timeout, left);
    }
    const platform::Ready ready = channel_.wait(diagnostics, timeout);
    if (ready.diagnostics && !drain(child.diagnostics(), tail)) diagnostics = nullptr;
    if (ready.connection) watchdog_.heard(Clock::now());
    switch (channel_.receive([this](std::string_view payload) { return receive(payload); })) {
      case Channel::State::Open: break;
      case Channel::State::Closed: return {};
      case Channel::State::Malformed: return "it sent an invalid message";
    }
    if (std::string why = why_it_must_end(); !why.empty() && !give_up) return why;
  }
  return "loading was cancelled";
}

std::string WorkerModel::why_it_must_end() {
  const Clock::time_point now = Clock::now();
  std::string why = watchdog_.verdict(now, !requests_.empty());
  if (!why.empty() || options_.stall_timeout.count() == 0) return why;
  const auto waiting_since = requests_.waiting_since();
  if (waiting_since && now - *waiting_since > options_.stall_timeout) {
    why = "it did not take a request in time";
  }
  return why;
}

Error WorkerModel::how_it_ended(platform::ChildProcess& child, StderrTail& tail,
                                const std::string& why) {
  child.kill();
  child.wait(kKillTime);
  drain(child.diagnostics(), tail);
  if (stop_ != Stop::No) return {ErrorCode::Cancelled, "model '" + id_ + "' was unloaded"};
  std::string message = "the process of model '" + id_ + "' ";
  message += why.empty() ? child.how_it_ended() : "was ended: " + why;
  const std::string last_lines = tail.last_lines();
  if (!last_lines.empty()) message += ": " + last_lines;
  spdlog::error("worker {}: {}", child.id(), message);
  return shown({ErrorCode::WorkerDied, std::move(message)});
}

void WorkerModel::end(Error error) {
  alive_ = false;
  {
    const MutexLock lock(stats_mutex_);
    stats_.kv_cells_used = stats_.kv_cells_active = 0;
    stats_.sequences_running = stats_.sequences_waiting = 0;
  }
  set_loaded(fail(error));
  requests_.end(error);
  queries_.end(error);
}

void WorkerModel::set_loading(float fraction) {
  {
    const MutexLock lock(loading_.mutex);
    loading_.fraction = std::max(loading_.fraction, fraction);
    loading_.moved = true;
  }
  loading_.changed.notify_one();
}

/// False when it was set before.
bool WorkerModel::set_loaded(Result<ModelInfo> result) {
  {
    const MutexLock lock(loading_.mutex);
    if (loading_.result) return false;
    loading_.result = std::move(result);
  }
  loading_.changed.notify_one();
  return true;
}

bool WorkerModel::receive(std::string_view payload) {
  std::optional<FromWorker> message = decode_from_worker(payload);
  if (!message || !is_sound(*message)) return false;
  payload_bytes_ = payload.size();
  return std::visit([this](auto& what) { return on(std::move(what)); }, *message);
}

bool WorkerModel::on(LoadProgressed message) {
  set_loading(message.fraction);
  return true;
}

bool WorkerModel::on(ModelLoaded message) {
  if (std::exchange(loaded_told_, true)) return false;
  has_ = message.abilities;
  return set_loaded(std::move(message.info));
}

bool WorkerModel::on(LoadFailed message) {
  return set_loaded(fail(std::move(message.error)));
}

bool WorkerModel::on(RequestTaken message) {
  watchdog_.progressed(Clock::now());
  requests_.taken(message.id);
  return true;
}

bool WorkerModel::on(RequestRefused message) {
  watchdog_.progressed(Clock::now());
  return requests_.refused(message.id, std::move(message.error));
}

bool WorkerModel::on(RequestEvent message) {
  watchdog_.progressed(Clock::now());
  return requests_.event(message.id, std::move(message.event), payload_bytes_);
}

bool WorkerModel::on(QueryAnswered message) {
  return queries_.answered(message.id, std::move(message.answer));
}

bool WorkerModel::on(QueryFailed message) {
  queries_.fail_query(message.id, std::move(message.error));
  return true;
}

bool WorkerModel::on(Heartbeat message) {
  set_loading(0);  // an abort is heard of even while the backend reports no progress
  const MutexLock lock(stats_mutex_);
  if (message.stats.steps != stats_.steps) watchdog_.progressed(Clock::now());
  stats_ = message.stats;
  return true;
}

}  // namespace pcai::backend::worker

// What a model in its own process costs over the same model in this one: a request's time from
// submit to its last event; a token's time in a long answer, and its processor time in both
// processes. Both models are fakes, whose token takes little more than a timer's wake-up. One JSON
// line a measurement.
//
//   worker_overhead [REQUESTS] [TOKENS]
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "backend/fake/register.h"
#include "backend/worker/register.h"
#include "backend/worker/worker_model.h"

namespace pcai::bench {
namespace {

using Clock = std::chrono::steady_clock;

class CountingSink final : public backend::EventSink {
 public:
  void on_event(GenerateEvent event) noexcept override {
    const std::lock_guard lock(mutex_);
    ++events_;
    if (events_ == 1) first_ = Clock::now();
    if (!is_last(event)) return;
    ended_ = true;
    last_ = Clock::now();
    changed_.notify_one();
  }

  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ended_; });
  }

  double microseconds_per_event() const {
    const std::chrono::duration<double, std::micro> time = last_ - first_;
    return time.count() / static_cast<double>(events_ - 1);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t events_ = 0;
  bool ended_ = false;
  Clock::time_point first_, last_;
};

RequestId next_id = 1;

std::shared_ptr<CountingSink> run(backend::LoadedModel& model, int tokens) {
  GenerateRequest request;
  request.prompt = TextPrompt{"fake: tokens=" + std::to_string(tokens)};
  request.params.max_tokens = 100'000'000;
  auto sink = std::make_shared<CountingSink>();
  if (!model.submit(next_id++, std::move(request), sink)) std::abort();
  sink->wait();
  return sink;
}

/// Processor time of a process so far, all its threads.
double processor_microseconds(pid_t process) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

void measure(const char* name, backend::LoadedModel& model, int requests, int tokens) {
  for (int i = 0; i < 100; ++i) run(model, 1);
  std::vector<double> times;
  for (int i = 0; i < requests; ++i) {
    const Clock::time_point start = Clock::now();
    run(model, 1);
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::ranges::sort(times);
  const auto quantile = [&times](std::size_t percent) {
    return times[(times.size() - 1) * percent / 100];
  };
  const auto* isolated = dynamic_cast<const backend::worker::WorkerModel*>(&model);
  const auto processor = [&] {
    return std::pair(processor_microseconds(::getpid()),
                     isolated ? processor_microseconds(isolated->process_id()) : 0);
  };
  const auto before = processor();
  const double token = run(model, tokens)->microseconds_per_event();
  const auto after = processor();
  std::printf(
      "{\"model\":\"%s\",\"request_us\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f},"
      "\"token_us\":%.2f,\"token_cpu_us\":{\"here\":%.2f,\"worker\":%.2f}}\n",
      name, quantile(50), quantile(90), quantile(99), token, (after.first - before.first) / tokens,
      (after.second - before.second) / tokens);
}

std::unique_ptr<backend::LoadedModel> load(const backend::BackendRegistry& registry) {
  // Backends of these registries need not outlive their models.
  static std::vector<std::unique_ptr<backend::InferenceBackend>> backends;
  backends.push_back(std::move(*registry.create_backend("fake")));
  backend::NoProgress progress;
  ModelSpec spec{.id = "fake", .config = {.context_length = 50'000'000}, .backend = "fake"};
  const Clock::time_point start = Clock::now();
  auto model = backends.back()->load(spec, progress);
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().message.c_str());
    std::exit(1);
  }
  std::printf("{\"load_us\":%.0f}\n",
              std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  return std::move(*model);
}

}  // namespace
}  // namespace pcai::bench

int main(int argc, char** argv) {
  pcai::backend::BackendRegistry registry;
  pcai::backend::fake::register_fake(registry);
  if (argc == 6 && std::strcmp(argv[1], "worker") == 0) {
    return pcai::backend::worker::run_worker(std::atoi(argv[5]), registry, argv[3]);
  }
  const int requests = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5000;
  const int tokens = argc > 2 ? std::max(2, std::atoi(argv[2])) : 200'000;
  const auto direct = pcai::load(registry);
  pcai::measure("direct", *direct, requests, tokens);
  const auto isolated =
      pcai::load(pcai::backend::worker::isolate(registry, pcai::backend::worker::WorkerOptions{}));
  pcai::measure("worker", *isolated, requests, tokens);
}

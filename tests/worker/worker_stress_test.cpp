#include <gtest/gtest.h>
#include <sys/wait.h>

#include <atomic>
#include <thread>

#include "backend/worker/worker_model.h"
#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

TEST(WorkerStressTest, TwoHundredLoadsLeaveNoDescriptorThreadOrProcess) {
  load_worker().reset();  // what is opened once and for all is open now
  const std::size_t descriptors = open_descriptors();
  const std::size_t threads = running_threads();
  for (int i = 0; i < 200; ++i) {
    auto model = load_worker();
    const auto sink = submit(*model, 1, i % 3 == 0 ? "fake: crash=1" : "fake: tokens=2");
    if (i % 2 == 0) sink->wait();
    model.reset();
    ASSERT_TRUE(is_last(sink->events().back()));
  }
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(running_threads(), threads);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "no child is left, not even a dead one";
}

/// Eight threads submit to `model` and cancel at random; each request ends exactly once.
void submit_and_cancel_at_random(WorkerModel& model, std::uint64_t seed) {
  constexpr int kThreads = 8;
  constexpr int kRequests = 60;
  std::atomic<RequestId> next_id{1};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      std::mt19937_64 random(seed + static_cast<std::uint64_t>(thread));
      std::vector<std::shared_ptr<backend::RecordingSink>> sinks;
      for (int i = 0; i < kRequests; ++i) {
        const RequestId id = next_id++;
        const bool endless = random() % 8 == 0;
        std::string prompt = "fake: delay_ms=" + std::to_string(random() % 2);
        prompt += " tokens=" + std::to_string(random() % 40);
        if (endless) prompt += " prefill_ms=600000";
        sinks.push_back(submit(model, id, prompt));
        if (!endless && random() % 4 == 0) sinks.back()->wait_for(1);
        if (endless || random() % 2 == 0) model.cancel(id);
        if (random() % 4 == 0) model.cancel(random() % id + 1);
      }
      for (const auto& sink : sinks) {
        const Error error = end_of(*sink);  // which comes once, and nothing after it
        EXPECT_TRUE(error.code == ErrorCode::Cancelled || error.message == "finished");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(WorkerStressTest, RandomCancelsFromEightThreadsEndEachRequestOnce) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto model = load_worker();
  submit_and_cancel_at_random(*model, seed);
  EXPECT_TRUE(model->alive());
  wait_until([&] { return model->stats().kv_cells_active == 0; });
}

TEST(WorkerStressTest, AWorkerThatDiesUnderManyThreadsAnswersEachOfThem) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 10; ++round) {
    const auto model = load_worker();
    const std::uint64_t crash_at = random() % 80;
    std::atomic<RequestId> next_id{1};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 8; ++thread) {
      threads.emplace_back([&] {
        while (true) {
          const RequestId id = next_id++;
          auto sink = std::make_shared<backend::RecordingSink>();
          const char* prompt = id == crash_at + 1 ? "fake: crash=2" : "fake: tokens=5";
          const Status status = model->submit(id, text_request(prompt), sink);
          const Error error = status ? end_of(*sink) : status.error();
          if (error.message == "finished") continue;
          EXPECT_EQ(error.code, ErrorCode::WorkerDied);
          EXPECT_FALSE(model->alive());
          return;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace pcai::backend::worker

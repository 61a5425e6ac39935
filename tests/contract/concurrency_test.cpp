#include <random>
#include <thread>

#include "contract/contract_fixture.h"

namespace pcai::backend {
namespace {

constexpr std::uint32_t kThreads = 8;

void on_threads(const std::function<void(std::uint32_t)>& work) {
  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
}

TEST_P(BackendContractTest, EightRequestsFromEightThreadsAllFinish) {
  on_threads([&](std::uint32_t index) {
    const auto prompt = "Say the number " + std::to_string(index) + ".";
    const auto events = run(model(), chat_request(prompt, greedy(8)));
    ASSERT_NE(finished_in(events), nullptr);
    EXPECT_EQ(finished_in(events)->usage.completion_tokens, 8U);
  });
}

TEST_P(BackendContractTest, RandomRequestsAndCancelsFromEightThreadsEndOnceEach) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const std::uint32_t effort = GetParam().effort;
  on_threads([&](std::uint32_t index) {
    std::mt19937 random(seed + index);
    for (std::uint32_t i = 0; i < effort; ++i) {
      const auto prompt = "Tell me about number " + std::to_string(random() % 10) + ".";
      const bool cancels = random() % 2 == 0;
      const std::uint32_t tokens = cancels ? 1'000'000 : 1 + random() % 6;
      const Started started = start(model(), chat_request(prompt, greedy(tokens)));
      if (cancels) {
        if (random() % 2 == 0) {
          EXPECT_TRUE(started.sink->wait_for(1 + random() % 3));
        }
        model().cancel(started.id);
      }
      const auto events = started.wait();
      EXPECT_TRUE(started.sink->kept_the_rules());
      if (cancels) {
        ASSERT_NE(failed_in(events), nullptr);
        EXPECT_EQ(failed_in(events)->error.code, ErrorCode::Cancelled);
      } else {
        ASSERT_NE(finished_in(events), nullptr);
        EXPECT_EQ(finished_in(events)->usage.completion_tokens, tokens);
      }
    }
  });
  EXPECT_TRUE(eventually([&] {
    const ModelStats stats = model().stats();
    return stats.sequences_running == 0 && stats.sequences_waiting == 0 &&
           stats.kv_cells_active == 0;
  }));
}

TEST_P(BackendContractTest, RefusalsAmongLiveRequestsTouchNone) {
  const Started live = start(model(), chat_request("Tell me a story.", endless()));
  ASSERT_TRUE(live.sink->wait_for(1));
  on_threads([&](std::uint32_t) {
    GenerateParams params = greedy(2);
    params.top_p = 2;
    EXPECT_EQ(refusal(model(), chat_request("hello", params)).field, "top_p");
  });
  EXPECT_FALSE(live.sink->ended());
  model().cancel(live.id);
  live.wait();
  EXPECT_TRUE(live.sink->kept_the_rules());
}

TEST_P(BackendContractTest, StatsAndInfoMayBeReadMeanwhile) {
  const Started live = start(model(), chat_request("Tell me a story.", endless()));
  on_threads([&](std::uint32_t) {
    for (int i = 0; i < 100; ++i) {
      const ModelStats stats = model().stats();
      EXPECT_LE(stats.kv_cells_active, stats.kv_cells_total);
      EXPECT_LE(stats.kv_cells_used, stats.kv_cells_total);
      EXPECT_FALSE(model().info().id.empty());
      EXPECT_TRUE(model().alive());
    }
  });
  model().cancel(live.id);
  live.wait();
}

}  // namespace
}  // namespace pcai::backend

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <thread>

#include "backend/fake/fake_backend.h"
#include "engine/engine_fixture.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PCAI_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PCAI_SANITIZED 1
#endif
#endif

namespace pcai::engine {
namespace {

std::shared_ptr<const backend::BackendRegistry> fake_registry(
    backend::fake::FakeOptions options = {}) {
  auto registry = std::make_shared<backend::BackendRegistry>();
  backend::fake::register_fake(*registry, options);
  return registry;
}

/// A number of this process in /proc/self/status: "Threads", "VmRSS" (kB).
std::uint64_t process_figure(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t value = 0;
    if (word == name + ":" && status >> value) return value;
  }
  return 0;
}

// The engine under everything at once: a queue that overflows, deadlines, cancels, generations that
// are dropped, unloads in the middle, failing requests.
TEST(EngineLoadTest, EightThreadsOfRandomTrafficEndEachRequestOnce) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mutex mutex;
  std::multiset<RequestId> recorded;
  Engine engine(fake_registry(), {.max_queue = 16, .submit_threads = 2},
                [&](const RequestRecord& record) {
                  const std::lock_guard lock(mutex);
                  recorded.insert(record.id);
                });
  for (const char* id : {"a", "b"}) {
    ASSERT_TRUE(engine.add_model({.id = id, .config = {.max_sequences = 4}, .backend = "fake"})
                    .has_value());
  }
  std::atomic<std::uint64_t> accepted{0};
  const auto work = [&](unsigned index) {
    std::mt19937 random(seed + index);
    const auto chance = [&](unsigned one_in) { return random() % one_in == 0; };
    for (int i = 0; i < 150; ++i) {
      GenerateRequest request = backend::chat_request(chance(10)  ? "go\nfake: fail_after=2"
                                                      : chance(3) ? "go\nfake: delay_ms=1 tokens=20"
                                                                  : "go\nfake: tokens=20");
      request.model = chance(2) ? "a" : "b";
      if (chance(8)) request.timeout = std::chrono::milliseconds(random() % 10);
      auto generation = engine.generate(std::move(request));
      if (!generation) {
        ASSERT_EQ(generation.error().code, ErrorCode::Overloaded);
        std::this_thread::yield();
        continue;
      }
      ++accepted;
      if (chance(100)) {
        ASSERT_TRUE(engine.unload_model(chance(2) ? "a" : "b").has_value());
      }
      std::vector<GenerateEvent> events;
      if (chance(4)) {
        auto first = (*generation)->next(std::chrono::milliseconds(5));
        if (first) events.push_back(*std::move(first));
      }
      if (chance(4)) (*generation)->cancel();
      if (chance(6)) continue;  // dropped
      for (GenerateEvent& event : read_all(**generation)) events.push_back(std::move(event));
      ASSERT_FALSE(events.empty());
      for (const GenerateEvent& event : events) {
        ASSERT_EQ(is_last(event), &event == &events.back());
      }
    }
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 8; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();

  ASSERT_TRUE(engine.wait_idle(backend::RecordingSink::kPatience));
  const EngineStats stats = engine.stats();
  EXPECT_EQ(stats.accepted, accepted);
  EXPECT_EQ(stats.accepted, stats.finished + stats.failed + stats.cancelled);
  EXPECT_EQ(stats.queued, 0U);
  EXPECT_EQ(stats.running, 0U);
  EXPECT_GT(stats.finished, 0U);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(recorded.size(), accepted);
  EXPECT_EQ(std::set<RequestId>(recorded.begin(), recorded.end()).size(), accepted);
}

TEST(EngineLoadTest, FiveThousandIdleGenerationsCostNoThreadAndLittleMemory) {
  constexpr std::size_t kCount = 5'000;
  backend::fake::FakeOptions options;
  options.max_sequences = kCount;
  Engine engine(fake_registry(options), {.max_queue = kCount});
  ASSERT_TRUE(engine.add_model({.id = "m", .backend = "fake"}).has_value());
  backend::NoProgress progress;
  ASSERT_TRUE(engine.load_model("m", progress).has_value());

  const std::uint64_t threads = process_figure("Threads");
  const std::uint64_t memory_kb = process_figure("VmRSS");
  std::vector<std::unique_ptr<Generation>> generations;
  for (std::size_t i = 0; i < kCount; ++i) {
    GenerateRequest request = backend::chat_request("wait\nfake: prefill_ms=3600000");
    request.timeout = std::chrono::hours(2);
    auto generation = engine.generate(std::move(request));
    ASSERT_TRUE(generation.has_value());
    generations.push_back(std::move(*generation));
  }
  for (const auto& generation : generations) {
    ASSERT_TRUE(generation->next(backend::RecordingSink::kPatience).has_value());  // Accepted
  }
  EXPECT_EQ(engine.stats().running, kCount);
  const std::uint64_t grown_kb = process_figure("VmRSS") - memory_kb;
  std::cout << kCount << " idle generations: " << grown_kb << " kB, "
            << process_figure("Threads") - threads << " threads more\n";
  EXPECT_EQ(process_figure("Threads"), threads);
#ifndef PCAI_SANITIZED
  EXPECT_LT(grown_kb, kCount * 4);
#endif
  engine.cancel_all();
  EXPECT_TRUE(engine.wait_idle(backend::RecordingSink::kPatience));
}

}  // namespace
}  // namespace pcai::engine

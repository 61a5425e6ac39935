#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "backend/llamacpp/register.h"
#include "backend/recording_sink.h"
#include "backend/worker/register.h"
#include "backend/worker/worker_model.h"
#include "mistralrs/real_model.h"

namespace pcai::backend::mistralrs {
namespace {

using testing::HasSubstr;

std::size_t running_threads(pid_t process = ::getpid()) {
  const std::filesystem::directory_iterator tasks("/proc/" + std::to_string(process) + "/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

/// Resident memory in MB.
std::size_t memory_mb() {
  std::ifstream statm("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) >> 20;
}

/// What is allocated, in MB.
std::size_t allocated_mb() {
  const struct mallinfo2 info = ::mallinfo2();
  return (info.uordblks + info.hblkhd) >> 20;
}

constexpr std::size_t kNotAllocated = 128;  // MB: the program's own pages, and what malloc keeps

/// Waits until at most `limit` MB are allocated and what was freed is the system's again, or a
/// minute: the engine goes on with cancelled requests to the end of their prompts. Returns what is
/// allocated.
std::size_t settled_mb(std::size_t limit) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while ((allocated_mb() > limit || memory_mb() > allocated_mb() + kNotAllocated) &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return allocated_mb();
}

GenerateParams greedy(std::uint32_t tokens) {
  GenerateParams params;
  params.temperature = 0;
  params.max_tokens = tokens;
  params.ignore_eos = true;
  return params;
}

/// A backend and its models; skipped where there is no bridge or no model.
class RealModelTest : public testing::Test {
 protected:
  void SetUp() override {
    std::error_code error;
    if (!std::filesystem::exists(backend::test_model(), error)) GTEST_SKIP() << "no model";
    if (const auto found = registry_.find("mistralrs"); !found)
      GTEST_SKIP() << found.error().message;
  }

  std::unique_ptr<LoadedModel> load(const BackendRegistry& registry, const std::string& name) {
    return load(registry, name, real_spec(name));
  }

  std::unique_ptr<LoadedModel> load(const BackendRegistry& registry, const std::string& name,
                                    const ModelSpec& spec) {
    auto backend = registry.create_backend(name);
    EXPECT_TRUE(backend) << backend.error().message;
    if (!backend) return nullptr;
    backends_.push_back(std::move(*backend));
    NoProgress progress;
    auto model = backends_.back()->load(spec, progress);
    EXPECT_TRUE(model) << model.error().message;
    return model ? std::move(*model) : nullptr;
  }

  std::shared_ptr<backend::RecordingSink> start(LoadedModel& model, GenerateRequest request) {
    auto sink = std::make_shared<backend::RecordingSink>();
    const Status status = model.submit(++last_id_, std::move(request), sink);
    EXPECT_TRUE(status) << status.error().message;
    if (!status) sink->on_event(Failed{status.error()});
    return sink;
  }

  void expect_answer(LoadedModel& model) {
    const auto events = start(model, backend::chat_request("Say hello.", greedy(4)))->wait();
    ASSERT_NE(backend::finished_in(events), nullptr);
    EXPECT_EQ(backend::finished_in(events)->usage.completion_tokens, 4U);
  }

  /// Half of them after one to three events.
  void cancel_requests(LoadedModel& model, int count, std::mt19937& random) {
    for (int i = 0; i < count; ++i) {
      const auto sink =
          start(model, {.prompt = TextPrompt{"Once upon a time"}, .params = greedy(1000)});
      if (random() % 2 == 0) {
        EXPECT_TRUE(sink->wait_for(1 + random() % 3));
      }
      model.cancel(last_id_);
      const auto events = sink->wait();
      ASSERT_NE(backend::failed_in(events), nullptr);
      EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::Cancelled);
      EXPECT_TRUE(sink->kept_the_rules());
    }
  }

  BackendRegistry registry_ = real_backends();
  std::vector<std::unique_ptr<InferenceBackend>> backends_;
  RequestId last_id_ = 0;
};

TEST_F(RealModelTest, BothBackendsAnswerAQuestionWellAndCountTheSameTokens) {
  BackendRegistry others;
  llamacpp::register_llamacpp(others);
  std::vector<std::uint32_t> prompt_tokens;
  for (const auto& [registry, name] : {std::pair(&registry_, "mistralrs"), {&others, "llamacpp"}}) {
    if (!registry->find(name)) continue;
    SCOPED_TRACE(name);
    const auto model = load(*registry, name);
    ASSERT_NE(model, nullptr);
    GenerateParams params = greedy(16);
    params.ignore_eos = false;
    const auto events =
        start(*model,
              backend::chat_request("What is the capital of Italy? Answer in one word.", params))
            ->wait();
    ASSERT_NE(backend::finished_in(events), nullptr);
    EXPECT_THAT(backend::text_of(events), HasSubstr("Rome"));
    prompt_tokens.push_back(backend::finished_in(events)->usage.prompt_tokens);
  }
  EXPECT_EQ(prompt_tokens.front(), prompt_tokens.back());
}

TEST_F(RealModelTest, EachSamplerDecidesWhatIsDrawn) {
  const auto model = load(registry_, "mistralrs");
  ASSERT_NE(model, nullptr);
  const auto text = [&](void (*vary)(GenerateParams&), std::uint64_t seed = 1) {
    GenerateParams params = greedy(12);
    params.temperature = 2;
    params.top_p = 1;
    params.top_k = 0;
    params.seed = seed;
    vary(params);
    return backend::text_of(
        start(*model, backend::chat_request("Tell me a story.", params))->wait());
  };
  const std::string likeliest = text([](auto& p) { p.temperature = 0; });
  EXPECT_NE(text([](auto&) {}), likeliest);
  EXPECT_NE(text([](auto&) {}, 1), text([](auto&) {}, 2));

  EXPECT_EQ(text([](auto& p) { p.top_n_sigma = 1e-4F; }), likeliest);
  // One token is the most typical.
  EXPECT_EQ(text([](auto& p) { p.typical_p = 1e-4F; }, 1),
            text([](auto& p) { p.typical_p = 1e-4F; }, 2));
  // Between 0 and 2, and near 0 unless most tokens are alike.
  const auto cold = [](auto& p) {
    p.temperature = 1;
    p.dynatemp_range = 1;
    p.dynatemp_exponent = 10;
  };
  EXPECT_EQ(text(cold), likeliest);
  const auto warm = [](auto& p) {
    p.temperature = 1;
    p.dynatemp_range = 1;
    p.dynatemp_exponent = 0;
  };
  EXPECT_EQ(text(warm), text([](auto&) {}));
  // The likeliest two, without the first of them.
  const auto second = [](auto& p) {
    p.top_k = 2;
    p.xtc_probability = 1;
    p.xtc_threshold = 0;
  };
  EXPECT_EQ(text(second, 1), text(second, 2));
  EXPECT_NE(text(second), likeliest);
  const auto both = [](auto& p) {
    p.top_k = 2;
    p.xtc_probability = 1;
    p.xtc_threshold = 0;
    p.min_keep = 2;
  };
  EXPECT_EQ(text(both), text([](auto& p) { p.top_k = 2; }));
  EXPECT_EQ(text([](auto& p) { p.top_p = 1e-4F; }), likeliest);
  const auto five = [](auto& p) {
    p.top_p = 1e-4F;
    p.min_keep = 5;
  };
  EXPECT_EQ(text(five), text([](auto& p) { p.top_k = 5; }));
}

TEST_F(RealModelTest, EightHundredCancelsAtRandomMomentsLeaveNothingBehind) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto model = load(registry_, "mistralrs");
  ASSERT_NE(model, nullptr);
  expect_answer(*model);
  const std::size_t threads = running_threads();
  constexpr std::size_t kNoise = 12;  // about half of one request's cache
  const std::size_t fresh = allocated_mb();
  cancel_requests(*model, 400, random);
  const std::size_t first = settled_mb(fresh + kNoise);
  EXPECT_LE(memory_mb(), first + kNotAllocated);
  cancel_requests(*model, 400, random);
  EXPECT_LE(settled_mb(first + kNoise), first + kNoise);
  EXPECT_LE(memory_mb(), first + kNotAllocated);
  expect_answer(*model);
  EXPECT_LE(running_threads(), threads + 1);
  // A request's place is free shortly after its last event.
  for (int i = 0; i < 600 && model->stats().sequences_running > 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_EQ(model->stats().sequences_running, 0U);
}

TEST_F(RealModelTest, FiftyLoadsAndUnloadsLeaveNothingBehind) {
  std::size_t threads = 0;
  std::size_t memory = 0;
  for (int i = 0; i < 50; ++i) {
    auto model = load(registry_, "mistralrs");
    ASSERT_NE(model, nullptr);
    if (i % 10 == 0) expect_answer(*model);
    model.reset();
    // The first ones fill the pools that stay.
    if (i == 4) {
      threads = running_threads();
      memory = memory_mb();
    }
  }
  // mistral.rs' logger leaves a thread that sleeps behind, one a load.
  EXPECT_LE(running_threads(), threads + 45 + 2);
  EXPECT_LE(memory_mb(), memory + 128);
}

TEST_F(RealModelTest, AnEngineThatPanicsFailsItsRequestsWithTheReasonAndIsDead) {
  const auto model = load(registry_, "mistralrs");
  ASSERT_NE(model, nullptr);
  expect_answer(*model);
  EXPECT_TRUE(model->alive());
  static_cast<MistralrsModel&>(*model).panic_for_test();
  const auto sink = start(*model, backend::chat_request("Say hello.", greedy(4)));
  const auto events = sink->wait();
  ASSERT_NE(backend::failed_in(events), nullptr);
  EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::Internal);
  EXPECT_THAT(backend::failed_in(events)->error.message, HasSubstr("a test asked for it"));
  EXPECT_TRUE(sink->kept_the_rules());
  EXPECT_FALSE(model->alive());
  const auto later = start(*model, backend::chat_request("Say hello.", greedy(4)))->wait();
  EXPECT_NE(backend::failed_in(later), nullptr);
}

TEST_F(RealModelTest, AModelBesideOneThatDiedGoesOn) {
  const auto dying = load(registry_, "mistralrs");
  const auto other = load(registry_, "mistralrs");
  ASSERT_NE(dying, nullptr);
  ASSERT_NE(other, nullptr);
  const auto live = start(*other, backend::chat_request("Tell me a story.", greedy(24)));
  static_cast<MistralrsModel&>(*dying).panic_for_test();
  EXPECT_NE(
      backend::failed_in(start(*dying, backend::chat_request("Say hello.", greedy(4)))->wait()),
      nullptr);
  EXPECT_NE(backend::finished_in(live->wait()), nullptr);
  expect_answer(*other);
}

TEST_F(RealModelTest, AWorkerWhoseEngineDiedEndsSoThatItIsLoadedAnew) {
  const BackendRegistry isolated = worker::isolate(registry_, {});
  const auto model = load(isolated, "dying");
  ASSERT_NE(model, nullptr);
  expect_answer(*model);
  expect_answer(*model);
  const auto events = start(*model, backend::chat_request("Say hello.", greedy(4)))->wait();
  EXPECT_NE(backend::failed_in(events), nullptr);
  const auto until = std::chrono::steady_clock::now() + backend::RecordingSink::kPatience;
  while (model->alive() && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_FALSE(model->alive());
}

TEST_F(RealModelTest, AllPoolsOfAWorkerHaveAsManyThreadsAsAreAskedFor) {
  const BackendRegistry isolated = worker::isolate(registry_, {});
  std::vector<std::size_t> threads;
  for (const std::uint32_t asked : {1U, 2U}) {
    ModelSpec spec = real_spec();
    spec.config.threads = asked;
    const auto model = load(isolated, "mistralrs", spec);
    ASSERT_NE(model, nullptr);
    expect_answer(*model);
    threads.push_back(running_threads(static_cast<worker::WorkerModel&>(*model).process_id()));
  }
  // One for the matrices, and one for attention.
  EXPECT_EQ(threads[1], threads[0] + 2);
}

TEST_F(RealModelTest, APromptLongerThanTheContextIsRefusedBeforeAnyWork) {
  const auto model = load(registry_, "mistralrs");
  ASSERT_NE(model, nullptr);
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += " word";
  const auto sink = std::make_shared<backend::RecordingSink>();
  const Status status = model->submit(++last_id_, backend::chat_request(words, greedy(4)), sink);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::ContextOverflow);
  EXPECT_TRUE(sink->events().empty());
  expect_answer(*model);
}

}  // namespace
}  // namespace pcai::backend::mistralrs

#include <gmock/gmock.h>

#include <future>
#include <random>
#include <thread>

#include "backend/embedder.h"
#include "engine/engine_fixture.h"

namespace pcai::engine {
namespace {

using testing::HasSubstr;
using What = ModelRecord::What;

/// What the models of a SizedBackend hold together, and the requests that they have. Any thread may
/// call any method.
class Ledger {
 public:
  void take(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    most_ = std::max(most_, held_ += bytes);
  }

  void give_back(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    held_ -= bytes;
  }

  std::uint64_t most() const {
    const std::lock_guard lock(mutex_);
    return most_;
  }

  void hold(RequestId id, std::shared_ptr<backend::EventSink> sink) {
    std::unique_lock lock(mutex_);
    if (!holding_) {
      lock.unlock();
      return sink->on_event(Finished{});
    }
    live_.emplace_back(id, std::move(sink));
    changed_.notify_all();
  }

  /// Whether requests stay until they are released; at first they end at once.
  void set_holding(bool holding) {
    const std::lock_guard lock(mutex_);
    holding_ = holding;
  }

  void wait_for(RequestId id) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] {
      return std::any_of(live_.begin(), live_.end(), [id](const auto& l) { return l.first == id; });
    });
  }

  bool has(RequestId id) {
    const std::lock_guard lock(mutex_);
    return std::any_of(live_.begin(), live_.end(), [id](const auto& l) { return l.first == id; });
  }

  void release(RequestId id, GenerateEvent last = Finished{}) {
    std::shared_ptr<backend::EventSink> sink;
    {
      const std::lock_guard lock(mutex_);
      const auto found =
          std::find_if(live_.begin(), live_.end(), [id](const auto& l) { return l.first == id; });
      if (found == live_.end()) return;
      sink = std::move(found->second);
      live_.erase(found);
    }
    sink->on_event(std::move(last));
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t held_ = 0;
  std::uint64_t most_ = 0;
  bool holding_ = false;
  std::vector<std::pair<RequestId, std::shared_ptr<backend::EventSink>>> live_;
};

class SizedModel final : public backend::LoadedModel, public backend::Embedder {
 public:
  SizedModel(std::shared_ptr<Ledger> ledger, const ModelSpec& spec)
      : ledger_(std::move(ledger)), bytes_(spec.memory_bytes) {
    info_ = {.id = spec.id, .backend = "sized", .max_sequences = 4, .memory_bytes = bytes_};
    ledger_->take(bytes_);
  }
  ~SizedModel() override { ledger_->give_back(bytes_); }

  const ModelInfo& info() const noexcept override { return info_; }
  Status submit(RequestId id, GenerateRequest, std::shared_ptr<backend::EventSink> sink) override {
    ledger_->hold(id, std::move(sink));
    return {};
  }
  void cancel(RequestId id) noexcept override {
    ledger_->release(id, Failed{{ErrorCode::Cancelled, "cancelled"}});
  }
  ModelStats stats() const noexcept override { return {}; }
  backend::Embedder* embedder() noexcept override { return this; }
  Result<std::vector<Embedding>> embed(const EmbedRequest&, std::stop_token) override {
    return std::vector<Embedding>{{.values = {1}, .tokens = 1}};
  }

 private:
  std::shared_ptr<Ledger> ledger_;
  std::uint64_t bytes_;
  ModelInfo info_;
};

class SizedBackend final : public backend::InferenceBackend {
 public:
  explicit SizedBackend(std::shared_ptr<Ledger> ledger) : ledger_(std::move(ledger)) {}
  const backend::BackendDescriptor& descriptor() const noexcept override { return descriptor_; }
  Result<std::unique_ptr<backend::LoadedModel>> load(const ModelSpec& spec,
                                                     backend::LoadProgress&) override {
    return std::make_unique<SizedModel>(ledger_, spec);
  }

 private:
  std::shared_ptr<Ledger> ledger_;
  backend::BackendDescriptor descriptor_{.name = "sized"};
};

/// Models "a", "b" and "c" of 40, 50 and 60 bytes.
class EngineResidentsTest : public testing::Test {
 protected:
  void start(EngineOptions options, bool pin_a = false) {
    auto registry = std::make_shared<backend::BackendRegistry>();
    registry->add({.name = "sized",
                   .built = true,
                   .create = [this]() -> Result<std::unique_ptr<backend::InferenceBackend>> {
                     return std::make_unique<SizedBackend>(ledger_);
                   }});
    engine_ =
        std::make_unique<Engine>(registry, options, nullptr, [this](const ModelRecord& record) {
          const std::lock_guard lock(mutex_);
          records_.push_back(record);
          changed_.notify_all();
        });
    add("a", 40, pin_a);
    add("b", 50);
    add("c", 60);
  }

  void add(const std::string& id, std::uint64_t bytes, bool pinned = false) {
    EXPECT_TRUE(engine_
                    ->add_model({.id = id,
                                 .config = {.model_path = id},
                                 .backend = "sized",
                                 .memory_bytes = bytes,
                                 .pinned = pinned})
                    .has_value());
  }

  std::unique_ptr<Generation> ask(const std::string& model) {
    auto generation = engine_->generate({.model = model, .prompt = TextPrompt{"x"}});
    return generation ? std::move(*generation) : nullptr;
  }

  Status load(const std::string& id) {
    backend::NoProgress progress;
    return engine_->load_model(id, progress);
  }

  ModelState state(const std::string& id) { return engine_->model(id)->state; }

  /// The first record of that kind; waits for it.
  ModelRecord wait_record(const std::string& model, What what) {
    std::unique_lock lock(mutex_);
    const auto matches = [&](const ModelRecord& r) { return r.model == model && r.what == what; };
    changed_.wait(lock, [&] { return std::any_of(records_.begin(), records_.end(), matches); });
    return *std::find_if(records_.begin(), records_.end(), matches);
  }

  std::size_t count(What what) {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count_if(
        records_.begin(), records_.end(), [what](const auto& r) { return r.what == what; }));
  }

  const std::shared_ptr<Ledger> ledger_ = std::make_shared<Ledger>();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ModelRecord> records_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(EngineResidentsTest, AnIdleModelLeavesWhenAnotherNeedsItsRoom) {
  start({.memory_limit = 100});
  ASSERT_TRUE(load("a") && load("b"));
  EXPECT_EQ(state("a"), ModelState::Ready);
  EXPECT_TRUE(failure_of(*ask("c")) == std::nullopt);
  EXPECT_EQ(state("b"), ModelState::Unloaded) << "one is enough, and it has to be the larger one";
  EXPECT_EQ(state("a"), ModelState::Ready);
  EXPECT_THAT(wait_record("b", What::Unloaded).reason, HasSubstr("make room for 'c'"));
  EXPECT_EQ(ledger_->most(), 100U);
}

TEST_F(EngineResidentsTest, ABusyModelAnswersBeforeItLeaves) {
  start({.memory_limit = 60});
  ledger_->set_holding(true);
  const auto first = ask("a");
  ledger_->wait_for(first->id());
  const auto second = ask("c");
  EXPECT_EQ(state("a"), ModelState::Ready);
  ledger_->set_holding(false);
  ledger_->release(first->id());
  EXPECT_EQ(failure_of(*first), std::nullopt);
  EXPECT_EQ(failure_of(*second), std::nullopt);
  EXPECT_EQ(ledger_->most(), 60U);
}

TEST_F(EngineResidentsTest, ModelsTakeTurnsInTheOrderOfTheirRequests) {
  start({.memory_limit = 60});
  ledger_->set_holding(true);
  const auto first = ask("a");
  ledger_->wait_for(first->id());
  const auto second = ask("c");
  // "a" has places, but once its room is needed for "c" those who come later wait.
  auto third = ask("a");
  while (engine_->stats().queued < 2) {
    ledger_->wait_for(third->id());
    ledger_->release(third->id());
    third = ask("a");
  }
  const auto fourth = ask("a");
  EXPECT_EQ(engine_->model("a")->requests, 3U);
  ledger_->release(first->id());
  ledger_->wait_for(second->id());
  EXPECT_FALSE(ledger_->has(third->id()));
  ledger_->set_holding(false);
  ledger_->release(second->id());
  for (Generation* generation : {first.get(), second.get(), third.get(), fourth.get()}) {
    EXPECT_EQ(failure_of(*generation), std::nullopt);
  }
  EXPECT_EQ(engine_->model("a")->loads, 2U);
  EXPECT_EQ(engine_->model("c")->loads, 1U);
}

TEST_F(EngineResidentsTest, WhatNeverFitsIsRefusedWithTheNumbers) {
  start({.memory_limit = 90'000'000}, true);
  add("large", 91'000'000);
  const auto events = read_all(*ask("large"));
  ASSERT_NE(backend::failed_in(events), nullptr);
  EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::Unsupported);
  EXPECT_THAT(backend::failed_in(events)->error.message, HasSubstr("91 MB"));
  EXPECT_THAT(backend::failed_in(events)->error.message, HasSubstr("90 MB"));
  EXPECT_THAT(wait_record("large", What::Failed).reason, HasSubstr("memory_limit"));
}

TEST_F(EngineResidentsTest, APinnedModelStays) {
  start({.memory_limit = 100}, true);
  ASSERT_TRUE(load("a") && load("b") && load("c"));
  EXPECT_EQ(state("a"), ModelState::Ready);
  EXPECT_EQ(state("b"), ModelState::Unloaded);
  add("d", 61);
  EXPECT_EQ(load("d").error().code, ErrorCode::Unsupported);
  EXPECT_EQ(state("c"), ModelState::Ready) << "nobody leaves in vain";
}

TEST_F(EngineResidentsTest, ALoadThatWaitsForRoomCanBeGivenUp) {
  class Impatient final : public backend::LoadProgress {
   public:
    bool on_progress(float) noexcept override { return false; }
  } impatient;
  start({.memory_limit = 60});
  ledger_->set_holding(true);
  const auto first = ask("a");
  ledger_->wait_for(first->id());
  EXPECT_EQ(engine_->load_model("c", impatient).error().code, ErrorCode::Cancelled);
  EXPECT_EQ(state("c"), ModelState::Unloaded);
  const auto second = ask("a");  // nobody waits for its room any more
  ledger_->wait_for(second->id());
  ledger_->release(first->id());
  ledger_->release(second->id());
  EXPECT_EQ(failure_of(*second), std::nullopt);
}

TEST_F(EngineResidentsTest, ARetiredModelAnswersWhoIsThereAndIsGone) {
  start({}, true);
  ledger_->set_holding(true);
  const auto generation = ask("a");
  ledger_->wait_for(generation->id());
  ASSERT_TRUE(engine_->retire_model("a").has_value());
  EXPECT_EQ(engine_->model("a").error().code, ErrorCode::ModelNotFound);
  EXPECT_EQ(engine_->model("")->id, "b");
  ledger_->release(generation->id());
  EXPECT_EQ(failure_of(*generation), std::nullopt);
  EXPECT_THAT(wait_record("a", What::Unloaded).reason, HasSubstr("no longer offered"));
  add("a", 1);
}

TEST_F(EngineResidentsTest, AnIdleModelLeavesAfterItsKeepAlive) {
  start({.keep_alive = std::chrono::milliseconds(1)}, true);
  ASSERT_TRUE(load("a") && load("b"));
  EXPECT_THAT(wait_record("b", What::Unloaded).reason, HasSubstr("it was idle"));
  EXPECT_TRUE(engine_->ready());
  EXPECT_EQ(failure_of(*ask("b")), std::nullopt) << "and comes back when it is asked for";
  EXPECT_EQ(state("a"), ModelState::Ready) << "pinned";
  EXPECT_FALSE(engine_->model("a")->unloads_at);
}

TEST_F(EngineResidentsTest, AKeepAliveBeginsAnewWithEachRequest) {
  start({.keep_alive = std::chrono::hours(1)});
  ASSERT_TRUE(load("a"));
  const auto first = engine_->model("a")->unloads_at;
  ASSERT_TRUE(first);
  ledger_->set_holding(true);
  const auto generation = ask("a");
  ledger_->wait_for(generation->id());
  EXPECT_FALSE(engine_->model("a")->unloads_at) << "busy";
  ledger_->release(generation->id());
  EXPECT_EQ(failure_of(*generation), std::nullopt);
  // The model becomes idle just after the last event was read.
  while (!engine_->model("a")->unloads_at) std::this_thread::yield();
  EXPECT_GE(engine_->model("a")->unloads_at, first);
}

TEST_F(EngineResidentsTest, ARequestSaysHowLongItsModelStays) {
  using std::chrono::hours;
  using std::chrono::milliseconds;
  start({.keep_alive = hours(1)});
  const auto ask_for = [this](Stay stay) {
    auto generation = engine_->generate({.model = "b", .prompt = TextPrompt{"x"}}, stay);
    EXPECT_TRUE(generation);
    EXPECT_EQ(failure_of(**generation), std::nullopt);
  };
  ask_for(hours(2));
  EXPECT_EQ(engine_->stays("b"), hours(2));
  ask_for({});
  EXPECT_EQ(engine_->stays("b"), hours(2)) << "who says nothing changes nothing";
  ask_for(milliseconds(-1));
  EXPECT_EQ(engine_->stays("b"), std::nullopt);
  EXPECT_FALSE(engine_->model("b")->unloads_at);
  ask_for(milliseconds(0));
  EXPECT_THAT(wait_record("b", What::Unloaded).reason, HasSubstr("as a request asked"));
  EXPECT_EQ(engine_->stays("b"), hours(1)) << "what was asked is over when it has left";
}

TEST_F(EngineResidentsTest, AModelThatIsLetGoFirstAnswersWhoIsThere) {
  start({}, true);
  ASSERT_TRUE(load("b"));
  ledger_->set_holding(true);
  const auto generation = ask("b");
  ledger_->wait_for(generation->id());
  ASSERT_TRUE(engine_->let_go("b"));
  EXPECT_EQ(state("b"), ModelState::Ready);
  ledger_->release(generation->id());
  EXPECT_EQ(failure_of(*generation), std::nullopt);
  EXPECT_THAT(wait_record("b", What::Unloaded).reason, HasSubstr("as a request asked"));
  ledger_->set_holding(false);
  ASSERT_TRUE(engine_->let_go("b")) << "fine when it is not there";
  EXPECT_EQ(failure_of(*ask("b")), std::nullopt);
  EXPECT_EQ(state("b"), ModelState::Ready) << "it was not there, so nothing was asked of it";
  EXPECT_EQ(engine_->let_go("none").error().code, ErrorCode::ModelNotFound);
}

TEST_F(EngineResidentsTest, NobodyLetsAPinnedModelGo) {
  start({}, true);
  ASSERT_TRUE(load("a"));
  EXPECT_EQ(engine_->let_go("a").error().code, ErrorCode::Unsupported);
  auto generation =
      engine_->generate({.model = "a", .prompt = TextPrompt{"x"}}, std::chrono::milliseconds(0));
  ASSERT_TRUE(generation);
  EXPECT_EQ(failure_of(**generation), std::nullopt);
  EXPECT_EQ(state("a"), ModelState::Ready);
  EXPECT_EQ(engine_->stays("a"), std::nullopt);
}

TEST_F(EngineResidentsTest, RandomRequestsAreAllAnsweredWithinTheLimit) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  start({.max_queue = 1000, .memory_limit = 110});
  const std::array<std::string, 3> ids = {"a", "b", "c"};
  std::vector<std::future<bool>> clients;
  for (int client = 0; client < 4; ++client) {
    clients.push_back(std::async(std::launch::async, [this, &ids, own = random()]() mutable {
      std::mt19937 choose(own);
      bool right = true;
      for (int i = 0; i < 60; ++i) {
        const std::string& id = ids[choose() % 3];
        if (choose() % 4 == 0) {
          auto inquiry = engine_->embed({.model = id, .inputs = {TextPrompt{"x"}}});
          const auto answer = (*inquiry)->take(backend::RecordingSink::kPatience);
          right = right && answer && *answer;
        } else {
          right = right && failure_of(*ask(id)) == std::nullopt;
        }
      }
      return right;
    }));
  }
  for (auto& client : clients) EXPECT_TRUE(client.get());
  EXPECT_LE(ledger_->most(), 110U);
  std::uint64_t loads = 0;
  for (const std::string& id : ids) loads += engine_->model(id)->loads;
  EXPECT_EQ(count(What::Loaded), loads);
  EXPECT_EQ(count(What::Failed), 0U);
  const std::lock_guard lock(mutex_);
  for (const ModelRecord& record : records_) {
    if (record.what == What::Unloaded) {
      EXPECT_THAT(record.reason, HasSubstr("make room"));
    }
  }
}

}  // namespace
}  // namespace pcai::engine

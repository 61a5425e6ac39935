#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "engine/engine_fixture.h"

namespace pcai::engine {
namespace {

using std::chrono::milliseconds;

class EngineModelsTest : public ManualEngineTest {
 protected:
  ModelState state(std::string_view id = "m") { return engine_->model(id)->state; }

  Status load() {
    backend::NoProgress progress;
    return engine_->load_model("m", progress);
  }

  void hold_loads(bool hold) {
    control_->set([&](auto& settings) { settings.hold_loads = hold; });
  }

  bool wait_loads(int count) {
    return control_->wait([&](const auto& counts) { return counts.loads >= count; });
  }

  /// With hold_submits and one request: unloads the model, and returns once that waits for the
  /// submit.
  std::future<Status> begin_held_unload() {
    EXPECT_TRUE(control_->wait([](const auto& counts) { return counts.submits == 1; }));
    auto unloading = std::async(std::launch::async, [this] { return engine_->unload_model("m"); });
    while (state() == ModelState::Ready) std::this_thread::yield();
    return unloading;
  }
};

TEST_F(EngineModelsTest, ARequestLoadsItsModelOnce) {
  control_->set([](auto& settings) { settings.max_sequences = 8; });
  start();
  EXPECT_EQ(state(), ModelState::Unloaded);
  std::vector<std::unique_ptr<Generation>> generations;
  for (int i = 0; i < 8; ++i) generations.push_back(generate());
  ASSERT_TRUE(control_->wait_taken(8));
  for (const auto& generation : generations) control_->finish(generation->id());
  for (const auto& generation : generations) {
    EXPECT_NE(backend::finished_in(read_all(*generation)), nullptr);
  }
  EXPECT_EQ(control_->counts().loads, 1);
  EXPECT_EQ(state(), ModelState::Ready);
  EXPECT_EQ(engine_->model("m")->info->backend, "manual");
}

TEST_F(EngineModelsTest, WhatABackendThrowsIsTheErrorOfWhoWaits) {
  start();
  control_->set([](auto& settings) { settings.throws = "no thread"; });
  EXPECT_EQ(failure_of(*generate()), ErrorCode::Internal);  // in a thread of the engine
  EXPECT_EQ(state(), ModelState::Failed);
  const Status loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message, "model 'm' cannot be loaded: no thread");

  control_->set([](auto& settings) { settings.throws.clear(); });
  ASSERT_TRUE(load());
  control_->set([](auto& settings) { settings.throws = "no memory"; });
  EXPECT_EQ(failure_of(*generate()), ErrorCode::Internal);  // of the submit
  control_->set([](auto& settings) { settings.throws.clear(); });
  const auto next = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  control_->finish(next->id());
  EXPECT_NE(backend::finished_in(read_all(*next)), nullptr);
}

TEST_F(EngineModelsTest, AFailedLoadFailsWhoWaitsAndTheNextRequestTriesAgain) {
  control_->set([](auto& settings) {
    settings.hold_loads = true;
    settings.load_error = Error{ErrorCode::InvalidModel, "damaged"};
  });
  start();
  const auto first = generate();
  const auto second = generate();
  ASSERT_TRUE(wait_loads(1));
  hold_loads(false);
  for (const auto* generation : {&first, &second}) {
    const auto events = read_all(**generation);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(backend::failed_in(events)->error.code, ErrorCode::InvalidModel);
    EXPECT_EQ(backend::failed_in(events)->error.message, "damaged");
  }
  EXPECT_EQ(state(), ModelState::Failed);
  EXPECT_EQ(engine_->model("m")->error->message, "damaged");

  control_->set([](auto& settings) {
    settings.load_error.reset();
    settings.during_submit = {Finished{}};
  });
  EXPECT_NE(backend::finished_in(read_all(*generate())), nullptr);
  EXPECT_EQ(state(), ModelState::Ready);
  EXPECT_FALSE(engine_->model("m")->error.has_value());
}

TEST_F(EngineModelsTest, AModelOfAnUnusableBackendFailsWithTheReason) {
  start();
  ASSERT_TRUE(engine_->add_model({.id = "n", .backend = "vllm"}).has_value());
  const auto generation = generate({.model = "n", .prompt = TextPrompt{"x"}});
  EXPECT_EQ(failure_of(*generation), ErrorCode::InvalidRequest);
  EXPECT_THAT(engine_->model("n")->error->message, testing::HasSubstr("vllm"));
}

TEST_F(EngineModelsTest, LoadModelBlocksAndIsFineTwice) {
  start();
  EXPECT_TRUE(load().has_value());
  EXPECT_EQ(state(), ModelState::Ready);
  EXPECT_TRUE(load().has_value());
  EXPECT_EQ(control_->counts().loads, 1);
  backend::NoProgress progress;
  EXPECT_EQ(engine_->load_model("other", progress).error().code, ErrorCode::ModelNotFound);
}

TEST_F(EngineModelsTest, LoadModelWaitsForALoadThatIsUnderWay) {
  hold_loads(true);
  start();
  const auto generation = generate();
  ASSERT_TRUE(wait_loads(1));
  auto second = std::async(std::launch::async, [&] { return load(); });
  hold_loads(false);
  EXPECT_TRUE(second.get().has_value());
  EXPECT_EQ(control_->counts().loads, 1);
}

TEST_F(EngineModelsTest, TheProgressOfALoadShows) {
  hold_loads(true);
  start();
  const auto generation = generate();
  ASSERT_TRUE(wait_loads(1));
  while (engine_->model("m")->load_progress == 0) std::this_thread::yield();
  EXPECT_EQ(state(), ModelState::Loading);
  EXPECT_EQ(engine_->model("m")->load_progress, 0.5F);
  EXPECT_FALSE(engine_->ready());
}

TEST_F(EngineModelsTest, AWatcherMayAbortItsLoad) {
  class Impatient final : public backend::LoadProgress {
   public:
    bool on_progress(float) noexcept override { return false; }
  };
  start();
  Impatient impatient;
  EXPECT_EQ(engine_->load_model("m", impatient).error().code, ErrorCode::Cancelled);
  EXPECT_EQ(state(), ModelState::Unloaded);
  EXPECT_TRUE(load().has_value());
}

TEST_F(EngineModelsTest, UnloadingAbortsALoadAndCancelsWhoWaits) {
  hold_loads(true);
  start();
  const auto generation = generate();
  ASSERT_TRUE(wait_loads(1));
  EXPECT_TRUE(engine_->unload_model("m").has_value());
  EXPECT_EQ(failure_of(*generation), ErrorCode::Cancelled);
  EXPECT_EQ(state(), ModelState::Unloaded);
}

TEST_F(EngineModelsTest, UnloadingEndsRunningAndWaitingRequestsAndFreesTheModel) {
  start_loaded();
  const auto running = generate();
  const auto waiting = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  EXPECT_TRUE(engine_->unload_model("m").has_value());
  EXPECT_EQ(control_->counts().models, 0);
  EXPECT_EQ(failure_of(*running), ErrorCode::Cancelled);
  EXPECT_EQ(failure_of(*waiting), ErrorCode::Cancelled);
  EXPECT_EQ(state(), ModelState::Unloaded);
  EXPECT_EQ(engine_->stats().running, 0U);

  control_->set([](auto& settings) { settings.during_submit = {Finished{}}; });
  EXPECT_NE(backend::finished_in(read_all(*generate())), nullptr);
  EXPECT_EQ(control_->counts().loads, 2);
}

TEST_F(EngineModelsTest, UnloadingWaitsForASubmitThatIsUnderWay) {
  control_->set([](auto& settings) { settings.hold_submits = true; });
  start_loaded();
  const auto generation = generate();
  auto unloading = begin_held_unload();
  EXPECT_EQ(control_->counts().models, 1);
  control_->set([](auto& settings) { settings.hold_submits = false; });
  EXPECT_TRUE(unloading.get().has_value());
  EXPECT_EQ(control_->counts().models, 0);
  EXPECT_EQ(failure_of(*generation), ErrorCode::Cancelled);
}

TEST_F(EngineModelsTest, ARequestDuringAnUnloadWaitsForTheNextLoad) {
  control_->set([](auto& settings) { settings.hold_submits = true; });
  start_loaded();
  const auto first = generate();
  auto unloading = begin_held_unload();
  const auto second = generate();
  control_->set([](auto& settings) { settings.hold_submits = false; });
  EXPECT_TRUE(unloading.get().has_value());
  EXPECT_EQ(failure_of(*first), ErrorCode::Cancelled);
  ASSERT_TRUE(control_->wait_taken(2));
  control_->finish(second->id());
  EXPECT_NE(backend::finished_in(read_all(*second)), nullptr);
  EXPECT_EQ(control_->counts().loads, 2);
}

TEST_F(EngineModelsTest, ALoadThatIsAskedForDuringAnUnloadBeginsAfterIt) {
  control_->set([](auto& settings) { settings.hold_submits = true; });
  start_loaded();
  const auto generation = generate();
  auto unloading = begin_held_unload();
  EXPECT_EQ(state(), ModelState::Unloaded);
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(engine_->begin_load("m").has_value());
    EXPECT_EQ(state(), ModelState::Loading);
    EXPECT_EQ(control_->counts().loads, 1);
  }
  control_->set([](auto& settings) { settings.hold_submits = false; });
  EXPECT_TRUE(unloading.get().has_value());
  EXPECT_EQ(failure_of(*generation), ErrorCode::Cancelled);
  ASSERT_TRUE(wait_loads(2));
  EXPECT_TRUE(load().has_value());
  EXPECT_EQ(state(), ModelState::Ready);
  EXPECT_EQ(control_->counts().loads, 2);
  EXPECT_EQ(control_->counts().models, 1);

  // The next unload is not followed by a load.
  EXPECT_TRUE(engine_->unload_model("m").has_value());
  EXPECT_EQ(state(), ModelState::Unloaded);
}

TEST_F(EngineModelsTest, ALoadThatIsAskedForDuringAnUnloadDoesNotBringARemovedModelBack) {
  control_->set([](auto& settings) { settings.hold_submits = true; });
  start_loaded();
  const auto generation = generate();
  auto unloading = begin_held_unload();
  EXPECT_TRUE(engine_->begin_load("m").has_value());
  auto removing = std::async(std::launch::async, [&] { return engine_->remove_model("m"); });
  while (engine_->model("m").has_value()) std::this_thread::yield();
  control_->set([](auto& settings) { settings.hold_submits = false; });
  EXPECT_TRUE(unloading.get().has_value());
  EXPECT_TRUE(removing.get().has_value());
  engine_.reset();  // ends what runs in the background
  EXPECT_EQ(control_->counts().loads, 1);
  EXPECT_EQ(control_->counts().models, 0);
}

TEST_F(EngineModelsTest, UnloadingWhatIsNotLoadedIsFine) {
  start();
  EXPECT_TRUE(engine_->unload_model("m").has_value());
  EXPECT_EQ(engine_->unload_model("other").error().code, ErrorCode::ModelNotFound);
}

TEST_F(EngineModelsTest, ADeadModelIsDestroyedAndLoadedAgainAtTheNextRequest) {
  start_loaded();
  const auto victim = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  control_->die();
  EXPECT_EQ(failure_of(*victim), ErrorCode::WorkerDied);
  EXPECT_EQ(state(), ModelState::Unloaded);
  EXPECT_FALSE(engine_->ready());
  EXPECT_FALSE(engine_->model_stats("m").has_value());

  const auto next = generate();
  ASSERT_TRUE(control_->wait_taken(2));
  EXPECT_EQ(control_->counts().models, 1) << "the dead one is gone";
  EXPECT_EQ(control_->counts().loads, 2);
  control_->finish(next->id());
  EXPECT_NE(backend::finished_in(read_all(*next)), nullptr);
}

TEST_F(EngineModelsTest, WhoWaitedForADeadModelGoesToTheNextOne) {
  start_loaded();
  const auto victim = generate();
  const auto waiting = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  control_->die();
  EXPECT_EQ(failure_of(*victim), ErrorCode::WorkerDied);
  ASSERT_TRUE(control_->wait_taken(2));
  control_->finish(waiting->id());
  EXPECT_NE(backend::finished_in(read_all(*waiting)), nullptr);
}

TEST_F(EngineModelsTest, LoadModelReplacesADeadModel) {
  start_loaded();
  control_->die();
  EXPECT_TRUE(load().has_value());
  EXPECT_TRUE(engine_->ready());
  EXPECT_EQ(control_->counts().models, 1);
}

TEST_F(EngineModelsTest, StatsAreThereWhileItIsLoaded) {
  start();
  EXPECT_FALSE(engine_->model_stats("m").has_value());
  EXPECT_FALSE(engine_->model_stats("other").has_value());
  ASSERT_TRUE(load().has_value());
  ASSERT_TRUE(engine_->model_stats("m").has_value());
  EXPECT_EQ(engine_->model_stats("")->kv_cells_total, 7U);
}

TEST_F(EngineModelsTest, ReadyIsAboutTheDefaultModel) {
  start();
  ASSERT_TRUE(engine_->add_model({.id = "n", .backend = "manual"}).has_value());
  backend::NoProgress progress;
  ASSERT_TRUE(engine_->load_model("n", progress).has_value());
  EXPECT_FALSE(engine_->ready());
  ASSERT_TRUE(load().has_value());
  EXPECT_TRUE(engine_->ready());
}

TEST_F(EngineModelsTest, ModelsAreListedInTheOrderOfAdding) {
  start();
  ASSERT_TRUE(engine_->add_model({.id = "b", .backend = "manual"}).has_value());
  ASSERT_TRUE(engine_->add_model({.id = "a", .backend = "manual"}).has_value());
  const auto models = engine_->list_models();
  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[0].id, "m");
  EXPECT_EQ(models[1].id, "b");
  EXPECT_EQ(models[2].id, "a");
  EXPECT_EQ(engine_->add_model({.id = "a"}).error().code, ErrorCode::InvalidRequest);
}

TEST_F(EngineModelsTest, ARemovedModelIsUnloadedAndItsIdFree) {
  start_loaded();
  const auto running = generate();
  ASSERT_TRUE(control_->wait_taken(1));
  EXPECT_TRUE(engine_->remove_model("m").has_value());
  EXPECT_EQ(failure_of(*running), ErrorCode::Cancelled);
  EXPECT_EQ(control_->counts().models, 0);
  EXPECT_TRUE(engine_->list_models().empty());
  EXPECT_EQ(refusal(), ErrorCode::ModelNotFound);
  EXPECT_TRUE(engine_->add_model({.id = "m", .backend = "manual"}).has_value());
  EXPECT_EQ(state(), ModelState::Unloaded);
}

TEST_F(EngineModelsTest, TwoModelsLoadSideBySide) {
  hold_loads(true);
  start();
  ASSERT_TRUE(engine_->add_model({.id = "n", .backend = "manual"}).has_value());
  const auto of_m = generate();
  const auto of_n = generate({.model = "n", .prompt = TextPrompt{"x"}});
  EXPECT_TRUE(wait_loads(2));
  EXPECT_EQ(control_->counts().backends, 1);
}

TEST_F(EngineModelsTest, AnEngineEndsInTheMiddleOfALoad) {
  hold_loads(true);
  start();
  const auto generation = generate();
  ASSERT_TRUE(wait_loads(1));
  engine_.reset();
  EXPECT_EQ(failure_of(*generation), ErrorCode::Cancelled);
  EXPECT_EQ(control_->counts().models, 0);
}

}  // namespace
}  // namespace pcai::engine

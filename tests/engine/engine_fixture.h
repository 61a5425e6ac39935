#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/recording_sink.h"
#include "engine/engine.h"
#include "engine/manual_backend.h"

namespace pcai::engine {

/// Reads a generation to its end; gives up after a minute without an event.
inline std::vector<GenerateEvent> read_all(Generation& generation) {
  std::vector<GenerateEvent> events;
  while (!generation.done()) {
    auto event = generation.next(backend::RecordingSink::kPatience);
    if (!event) {
      ADD_FAILURE() << "no event came for a minute";
      break;
    }
    events.push_back(*std::move(event));
  }
  return events;
}

/// The error code of the last event, if it failed.
inline std::optional<ErrorCode> failure_of(Generation& generation) {
  const auto events = read_all(generation);
  const Failed* failed = backend::failed_in(events);
  return failed ? std::optional(failed->error.code) : std::nullopt;
}

/// An engine with one model, "m", of a ManualBackend.
class ManualEngineTest : public testing::Test {
 protected:
  /// Makes the engine. The model is not loaded.
  Engine& start(EngineOptions options = {}) {
    auto registry = std::make_shared<backend::BackendRegistry>();
    register_manual(*registry, control_);
    engine_ =
        std::make_unique<Engine>(std::move(registry), options, [this](const RequestRecord& record) {
          const std::lock_guard lock(mutex_);
          records_.push_back(record);
        });
    EXPECT_TRUE(engine_->add_model({.id = "m", .backend = "manual"}).has_value());
    return *engine_;
  }

  /// Makes the engine and loads the model.
  Engine& start_loaded(EngineOptions options = {}) {
    start(options);
    backend::NoProgress progress;
    EXPECT_TRUE(engine_->load_model("m", progress).has_value());
    return *engine_;
  }

  /// A request that must be accepted.
  std::unique_ptr<Generation> generate(GenerateRequest request = {.prompt = TextPrompt{"x"}}) {
    auto generation = engine_->generate(std::move(request));
    if (!generation) {
      ADD_FAILURE() << generation.error().message;
      return nullptr;
    }
    return std::move(*generation);
  }

  /// A request that must be refused.
  ErrorCode refusal(GenerateRequest request = {.prompt = TextPrompt{"x"}}) {
    const auto generation = engine_->generate(std::move(request));
    if (!generation) return generation.error().code;
    ADD_FAILURE() << "was not refused";
    return ErrorCode::Internal;
  }

  std::vector<RequestRecord> records() {
    const std::lock_guard lock(mutex_);
    return records_;
  }

  const std::shared_ptr<ManualControl> control_ = std::make_shared<ManualControl>();

 private:
  std::mutex mutex_;
  std::vector<RequestRecord> records_;

 protected:
  std::unique_ptr<Engine> engine_;  // last: its end still writes records
};

}  // namespace pcai::engine

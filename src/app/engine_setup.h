#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/choice/offered_models.h"
#include "app/settings/settings.h"
#include "engine/engine.h"
#include "platform/signals.h"

namespace pcai::app {

/// An engine, and which of its models are to be loaded at the start, the default one first.
struct PreparedEngine {
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<OfferedModels> offered = {};
  std::vector<std::string> at_start = {};
  std::uint64_t memory_limit = 0;  // bytes; 0 = none
};

/// An engine that knows the models of choose_models; none is loaded yet. Fails with ModelNotFound
/// or InvalidModel for a missing or damaged one, and with InvalidRequest for a setting.
Result<PreparedEngine> make_engine(const Settings& settings);

/// What a load came to.
struct LoadOutcome {
  ModelInfo info;
  double seconds = 0;
};

/// Loads a model ("" = the default one), showing the progress on stderr. A signal aborts it: then
/// it fails with Cancelled and the signal is still to be taken.
Result<LoadOutcome> load_model(engine::Engine& engine, std::string_view id,
                               platform::Signals& signals);

}  // namespace pcai::app

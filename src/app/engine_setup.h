#pragma once

#include <memory>
#include <string_view>

#include "app/settings.h"
#include "app/signals.h"
#include "engine/engine.h"

namespace pcai {

/// An engine that knows the models of the settings (the default model when they name none); none is
/// loaded yet. Fails with ModelNotFound or InvalidModel for a missing or damaged one, and with
/// InvalidRequest for a setting.
Result<std::unique_ptr<Engine>> make_engine(const Settings& settings);

/// What a load came to.
struct LoadOutcome {
  ModelInfo info;
  double seconds = 0;
};

/// Loads a model ("" = the default one), showing the progress on stderr. A signal aborts it: then
/// it fails with Cancelled and the signal is still to be taken.
Result<LoadOutcome> load_model(Engine& engine, std::string_view id, Signals& signals);

}  // namespace pcai

#include "app/engine_setup.h"

#include "app/backends.h"
#include "app/load_display.h"
#include "app/logging.h"
#include "app/model_choice.h"

namespace pcai {

Result<std::unique_ptr<Engine>> make_engine(const Settings& settings) {
  Result<std::vector<ModelSpec>> specs = choose_models(settings);
  if (!specs) return fail(specs.error());
  const EngineOptions options = {
      .max_queue = static_cast<std::uint32_t>(settings.max_queue),
      .default_timeout = std::chrono::seconds(settings.timeout),
  };
  auto engine = std::make_unique<Engine>(engine_backends(settings.isolation), options, log_record);
  for (ModelSpec& spec : *specs) {
    if (Status status = engine->add_model(std::move(spec)); !status) return fail(status.error());
  }
  return engine;
}

Result<LoadOutcome> load_model(Engine& engine, std::string_view id, Signals& signals) {
  const Result<ModelStatus> known = engine.model(id);
  if (!known) return fail(known.error());
  LoadDisplay display(known->id, [&signals] { return signals.pending(); });
  if (Status status = engine.load_model(known->id, display); !status) {
    return fail(status.error());
  }
  const Result<ModelStatus> loaded = engine.model(known->id);
  if (!loaded) return fail(loaded.error());
  if (!loaded->info) {
    return fail(loaded->error.value_or(Error{ErrorCode::WorkerDied, "the model is gone again"}));
  }
  return LoadOutcome{.info = *loaded->info, .seconds = display.seconds()};
}

}  // namespace pcai

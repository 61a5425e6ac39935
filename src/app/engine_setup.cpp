#include "app/engine_setup.h"

#include "app/backends.h"
#include "app/choice/memory_limit.h"
#include "app/choice/model_choice.h"
#include "app/logging.h"
#include "app/terminal/load_display.h"

namespace pcai::app {

Result<PreparedEngine> make_engine(const Settings& settings) {
  Result<std::vector<ChosenModel>> models = choose_models(settings);
  if (!models) return fail(models.error());
  const engine::EngineOptions options = {
      .max_queue = static_cast<std::uint32_t>(settings.max_queue),
      .default_timeout = std::chrono::seconds(settings.timeout),
      .memory_limit =
          memory_limit_here(parse_memory_limit(settings.memory_limit).value_or(MemoryLimit{})),
      .keep_alive = std::chrono::seconds(settings.keep_alive),
  };
  PreparedEngine prepared{.engine = std::make_unique<engine::Engine>(
                              engine_backends(settings.isolation), options, log_record, log_model)};
  for (const ChosenModel& model : *models) {
    if (model.at_start) prepared.at_start.push_back(model.spec.id);
  }
  prepared.offered = std::make_unique<OfferedModels>(*prepared.engine);
  const Result<OfferChange> offered = prepared.offered->offer(std::move(*models));
  if (!offered) return fail(offered.error());
  prepared.memory_limit = options.memory_limit;
  return prepared;
}

Result<LoadOutcome> load_model(engine::Engine& engine, std::string_view id,
                               platform::Signals& signals) {
  const Result<ModelStatus> known = engine.model(id);
  if (!known) return fail(known.error());
  LoadDisplay display(known->id, [&signals] { return signals.pending(); });
  if (Status status = engine.load_model(known->id, display); !status) {
    return fail(status.error());
  }
  const Result<ModelStatus> loaded = engine.model(known->id);
  if (!loaded) return fail(loaded.error());
  if (!loaded->info) {
    return fail(
        loaded->error.value_or(Error{ErrorCode::WorkerDied, "the model was removed again"}));
  }
  return LoadOutcome{.info = *loaded->info, .seconds = display.seconds()};
}

}  // namespace pcai::app

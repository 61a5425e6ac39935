#include "app/local_models.h"

#include "app/terminal/model_question.h"

namespace pcai::app {

Result<std::unique_ptr<LocalModels>> LocalModels::open(Settings settings,
                                                       platform::Signals& signals) {
  Result<PreparedEngine> prepared = make_engine(settings);
  if (!prepared) return fail(prepared.error());
  std::unique_ptr<LocalModels> models(
      new LocalModels(std::move(settings), std::move(*prepared), signals));
  if (Status loaded = models->load(); !loaded) return fail(loaded.error());
  return models;
}

ChatModel LocalModels::model() {
  return {.id = info_.id,
          .context = info_.context_length,
          .answer = [this](GenerateRequest request, const Sampling& sampling,
                           const AnswerPieces& pieces) -> Answer {
            Result<GenerateParams> params = sampling.params(prepared_.engine->defaults(""));
            if (!params) return {.error = params.error()};
            request.params = *std::move(params);
            return get_answer(*prepared_.engine, std::move(request), signals_, pieces);
          }};
}

Result<ChatModel> LocalModels::change(const std::string& name) {
  Settings wanted = settings_;
  wanted.model = {name};
  Result<std::vector<ChosenModel>> models = choose_models(wanted);
  if (!models) return fail(models.error());
  Result<std::vector<ChosenModel>> before = choose_models(settings_);
  const Result<OfferChange> offered = prepared_.offered->offer(std::move(*models));
  if (!offered) return fail(offered.error());
  std::swap(settings_, wanted);
  const Status loaded = load();
  if (loaded) return model();
  std::swap(settings_, wanted);
  if (before && prepared_.offered->offer(std::move(*before))) static_cast<void>(load());
  return fail(loaded.error());
}

Status LocalModels::load() {
  const Result<LoadOutcome> loaded = load_model(*prepared_.engine, "", signals_);
  if (!loaded) return fail(loaded.error());
  info_ = loaded->info;
  remember_used(settings_);
  return {};
}

}  // namespace pcai::app

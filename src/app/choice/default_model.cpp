#include "app/choice/default_model.h"

#include "app/choice/known_models.h"

namespace pcai::app {

std::string default_model_command() {
  return "`pcai pull " + std::string(kDefaultModel.short_name) + "`";
}

Status pull_default_model(const hub::HubOptions& options, hub::PullProgress& progress) {
  const KnownModel model = {.name = std::string(kDefaultModel.short_name),
                            .model = std::string(kDefaultModel.name),
                            .sha256 = std::string(kDefaultModel.sha256)};
  const Result<hub::PulledModel> pulled = pull_known(model, options, progress);
  if (!pulled) return fail(pulled.error());
  return {};
}

}  // namespace pcai::app

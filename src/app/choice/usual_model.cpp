#include "app/choice/usual_model.h"

#include <algorithm>
#include <set>

#include "app/backends.h"
#include "app/choice/default_model.h"
#include "app/choice/model_choice.h"
#include "app/settings/user_state.h"
#include "engine/models/backends.h"
#include "models/model_finder.h"

namespace pcai::app {
namespace {

constexpr std::size_t kNamesInMessage = 20;

bool is_called(const models::FoundModel& model, const std::string& full_id) {
  return model.full_id == full_id ||
         std::ranges::find(model.other_ids, full_id) != model.other_ids.end();
}

}  // namespace

bool names_a_model(const Settings& settings) {
  return !settings.model.empty() || !settings.sections.empty() || needs_no_file(settings);
}

std::vector<models::FoundModel> writing_models(const Settings& settings) {
  std::vector<models::FoundModel> writing;
  std::set<std::array<std::uint64_t, 4>> seen;
  for (models::FoundModel& model : models::find_models(model_folders(settings))) {
    if (model.error || model.kind != models::GgufKind::Model) continue;
    const ModelSpec spec = {.config = {.model_path = model.path}, .backend = settings.backend};
    if (model.is_folder && !engine::choose_backend(all_backends(), spec)) continue;
    if (model.identity && !seen.insert(*model.identity).second) continue;
    writing.push_back(std::move(model));
  }
  return writing;
}

UsualModel usual_model(const std::vector<models::FoundModel>& models) {
  if (models.size() == 1) return {&models.front(), "the only one here"};
  const std::string last = last_model();
  for (const models::FoundModel& model : models) {
    if (!last.empty() && is_called(model, last)) return {&model, "the one used last", true};
  }
  for (const models::FoundModel& model : models) {
    if (model.id == models::kDefaultModelId) return {&model, "the default one"};
  }
  return {};
}

Error no_usual_model(const std::vector<models::FoundModel>& models) {
  if (models.empty()) {
    return {ErrorCode::ModelNotFound,
            "there is no model on this machine; get the default one with " +
                default_model_command() + ", or name a file with --model"};
  }
  std::string names;
  for (std::size_t i = 0; i < std::min(models.size(), kNamesInMessage); ++i) {
    names += (i == 0 ? "" : ", ") + models[i].id;
  }
  if (models.size() > kNamesInMessage) {
    names += " and " + std::to_string(models.size() - kNamesInMessage) + " more";
  }
  return {ErrorCode::ModelNotFound,
          "there are several models, and none of them was used before; name one: " + names};
}

Result<std::string> name_or_usual(const Settings& settings, const std::string& name) {
  if (!name.empty()) return name;
  if (!settings.model.empty()) return settings.model.front();
  if (!settings.sections.empty()) return settings.sections.front().id;
  return find_usual_model(settings).map([](const models::FoundModel& model) { return model.id; });
}

Result<models::FoundModel> find_usual_model(const Settings& settings) {
  const std::vector<models::FoundModel> models = writing_models(settings);
  const UsualModel usual = usual_model(models);
  if (usual.model == nullptr) return fail(no_usual_model(models));
  return *usual.model;
}

}  // namespace pcai::app

#pragma once

#include <string>
#include <vector>

#include "app/settings/settings.h"
#include "core/model.h"
#include "models/model_finder.h"

namespace pcai::app {

/// Where models are looked for: this user's folders and those of the settings.
models::ModelFolders model_folders(const Settings& settings);

/// The model of that id or path; one named by its path has its file's name as id. Fails as
/// resolve_model does.
Result<models::FoundModel> find_model(const Settings& settings, const std::string& name);

/// True if the backend of the settings runs models without files, so that any name is one.
bool needs_no_file(const Settings& settings);

/// The section of that id, null when there is none.
const ModelSection* find_section(const Settings& settings, const std::string& id);

/// How a found model is loaded by `settings`, which win over what its store says. Fails with
/// InvalidRequest for a chat template that cannot be read.
Result<ModelSpec> model_spec(models::FoundModel found, const Settings& settings);

/// The same of the model that `name` names: a section of the settings file, with its own settings,
/// an id, or a path. Fails also as find_model does.
Result<ModelSpec> choose_model(const Settings& settings, const std::string& name);

/// A model to be offered.
struct ChosenModel {
  ModelSpec spec;
  std::vector<std::string> aliases = {};
  bool at_start = false;  // loaded then, not when it is first asked for
};

/// The models to be offered, the default one first: those that the settings name (the first section
/// or the usual model when they name none), those of the other sections, and with `discover` all
/// others on this machine that are whole. Fails with ModelNotFound or InvalidModel for the first
/// named one that is missing or damaged, and with InvalidRequest for a chat template that cannot be
/// read.
Result<std::vector<ChosenModel>> choose_models(const Settings& settings);

}  // namespace pcai::app

#include "app/choice/model_choice.h"

#include <algorithm>
#include <map>

#include "app/backends.h"
#include "app/choice/hub_names.h"
#include "app/choice/known_models.h"
#include "app/choice/model_parts.h"
#include "app/choice/usual_model.h"
#include "app/settings/load_settings.h"
#include "backend/register_backends.h"
#include "engine/models/backends.h"
#include "fit/memory_plan.h"
#include "models/names/name_fits.h"
#include "models/stores/created_store.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kByPath = "path";  // FoundModel::source

/// The backend that runs a model without a file: the one that is named, or for "auto" the
/// one whose format the path has. Null: the model is looked for.
const backend::BackendDescriptor* fileless_backend(const std::string& named, const fs::path& path) {
  for (const backend::BackendDescriptor& backend : backend::known_backends()) {
    if (backend.needs_file) continue;
    if (backend.name == named || backend::reads(backend, backend::format_of(path))) return &backend;
  }
  return nullptr;
}

/// Of such a backend: a plain name is an id.
ModelSpec fileless_model(const backend::BackendDescriptor& backend, const std::string& name) {
  const fs::path path(name);
  std::error_code error;
  const bool is_path = path.has_parent_path() || backend::reads(backend, backend::format_of(path));
  if (!is_path && !fs::exists(path, error)) return {.id = name};
  return {.id = platform::path_text(path.stem()), .config = {.model_path = path}};
}

/// What its store says of a model, before the settings.
ModelSpec found_model(models::FoundModel found) {
  ModelConfig config = {.model_path = std::move(found.path),
                        .context_length = found.context,
                        .projector = std::move(found.projector)};
  config.projector_optional = config.projector.has_value();
  for (fs::path& adapter : found.adapters) config.adapters.push_back({.path = std::move(adapter)});
  return {.id = std::move(found.id),
          .config = std::move(config),
          .defaults = std::move(found.defaults)};
}

Result<ModelSpec> named_model(const Settings& settings, const std::string& name) {
  const fs::path path(name);
  std::error_code error;
  if (const backend::BackendDescriptor* backend = fileless_backend(settings.backend, path)) {
    return fileless_model(*backend, name);
  }
  // A folder is a model of several files, which the backend checks.
  if (path.has_parent_path() && fs::is_directory(path, error)) {
    const fs::path whole = path.has_filename() ? path : path.parent_path();
    return ModelSpec{.id = platform::path_text(whole.filename()), .config = {.model_path = whole}};
  }
  Result<models::FoundModel> found = find_model(settings, name);
  if (!found) return fail(found.error());
  return found_model(std::move(*found));
}

KernelUse kernel_use(const std::string& name) {
  if (name == "on") return KernelUse::On;
  return name == "off" ? KernelUse::Off : KernelUse::Auto;
}

/// The one place where settings become a configuration; the id and the path stay.
Status configure(ModelSpec& spec, const Settings& settings) {
  spec.backend = settings.backend;
  spec.pinned = settings.pinned == "on";
  spec.keep_alive = std::chrono::seconds(settings.keep_alive);
  ModelConfig& config = spec.config;
  if (settings.context > 0) config.context_length = static_cast<std::uint32_t>(settings.context);
  config.gpu_layers = static_cast<std::int32_t>(settings.gpu_layers);
  if (settings.batch_size > 0) config.batch_size = static_cast<std::uint32_t>(settings.batch_size);
  config.threads = static_cast<std::uint32_t>(settings.threads);
  config.max_sequences = static_cast<std::uint32_t>(settings.max_sequences);
  config.kernels = kernel_use(settings.kernels);
  config.reproducible = settings.reproducible == "on";
  config.open_objects = settings.open_objects == "on";
  if (settings.isq != "off") config.isq = settings.isq;
  if (!settings.chat_template.empty()) {
    Result<std::string> text = load_text_file(settings.chat_template, "chat template");
    if (!text) return fail(text.error());
    config.chat_template = std::move(*text);
  }
  set_parts(config, settings);
  return {};
}

/// The model that `name` names, by a section or by itself, and the settings that hold for it.
struct NamedModel {
  ModelSpec spec;
  Settings settings;
};

Result<NamedModel> section_model(const Settings& all, const ModelSection& section) {
  Settings base = all;
  base.model.clear();
  Result<ResolvedSettings> own = resolve(std::move(base), section.given);
  if (!own) return fail(own.error());
  Settings& settings = own->values;
  Result<ModelSpec> spec =
      named_model(settings, settings.model.empty() ? section.id : settings.model.front());
  if (!spec) return fail(spec.error());
  spec->id = section.id;
  ModelDefaults defaults = section.defaults;
  fill_defaults(defaults, spec->defaults);
  spec->defaults = std::move(defaults);
  if (Status status = configure(*spec, settings); !status) return fail(status.error());
  return NamedModel{.spec = std::move(*spec), .settings = std::move(settings)};
}

/// The choices of one start of the program.
class Chooser {
 public:
  explicit Chooser(const Settings& settings) : settings_(settings) {}

  Status add_named(const std::string& name) {
    if (const ModelSection* section = find_section(settings_, name)) {
      return add_section(*section, true);
    }
    Result<ModelSpec> spec = named_model(settings_, name);
    if (!spec) return fail(spec.error());
    return configure_and_add(std::move(*spec), true);
  }

  Status add_default() {
    if (!settings_.sections.empty()) return add_section(settings_.sections.front(), true);
    const backend::BackendDescriptor* const backend = fileless_backend(settings_.backend, {});
    if (backend != nullptr) return configure_and_add(fileless_model(*backend, backend->name), true);
    Result<models::FoundModel> found = find_usual_model(settings_);
    if (!found) return fail(found.error());
    return configure_and_add(found_model(std::move(*found)), true);
  }

  /// A section's model; nothing where it is chosen already.
  Status add_section(const ModelSection& section, bool at_start) {
    if (std::any_of(chosen_.begin(), chosen_.end(),
                    [&](const ChosenModel& model) { return model.spec.id == section.id; })) {
      return {};
    }
    Result<NamedModel> model = section_model(settings_, section);
    if (!model) return fail(model.error());
    const bool pinned = model->spec.pinned;
    add(std::move(model->spec), model->settings.aliases, at_start || pinned);
    return {};
  }

  Status add_others() {
    std::vector<models::FoundModel> models = models::find_models(model_folders(settings_));
    HubNames hub_names;
    for (const models::FoundModel& found : models) hub_names.add(found);
    for (models::FoundModel& found : models) {
      const bool known = std::any_of(chosen_.begin(), chosen_.end(), [&](const ChosenModel& model) {
        return model.spec.id == found.id || model.spec.config.model_path == found.path;
      });
      const bool serves = models::is_complete(found.kind) && can_load(found);
      if (known || found.error || !serves) continue;
      std::vector<std::string> names = hub_names.names_of(found);
      Status status = configure_and_add(found_model(std::move(found)), false);
      if (!status) return status;
      hub_names_.emplace_back(chosen_.size() - 1, std::move(names));
    }
    return {};
  }

  /// Models that requests made, as far as their base is offered, or is an uploaded file and
  /// `with_files` says so.
  void add_created(bool with_files) {
    const models::CreatedStore store(models::own_models_folder());
    for (const CreatedModel& created : store.list()) {
      if (is_taken(created.name)) continue;
      Result<ModelSpec> spec = base_of(created, store, with_files);
      if (!spec) continue;
      apply_created(created, store, *spec);
      add(std::move(*spec), {}, false);
    }
  }

  std::vector<ChosenModel> take() {
    for (const auto& [index, names] : hub_names_) {
      for (const std::string& name : names) {
        if (!is_taken(name)) chosen_[index].aliases.push_back(name);
      }
    }
    return std::move(chosen_);
  }

 private:
  /// A folder is offered only where a backend reads it.
  bool can_load(const models::FoundModel& found) const {
    const ModelSpec spec = {.config = {.model_path = found.path}, .backend = settings_.backend};
    return !found.is_folder || engine::choose_backend(all_backends(), spec);
  }

  const ChosenModel* find(const std::string& name) const {
    const auto found = std::find_if(chosen_.begin(), chosen_.end(), [&](const ChosenModel& model) {
      return model.spec.id == name ||
             std::find(model.aliases.begin(), model.aliases.end(), name) != model.aliases.end();
    });
    return found == chosen_.end() ? nullptr : &*found;
  }

  bool is_taken(const std::string& name) const { return find(name) != nullptr; }

  Result<ModelSpec> base_of(const CreatedModel& created, const models::CreatedStore& store,
                            bool with_files) const {
    if (!created.from.empty()) {
      if (const ChosenModel* base = find(created.from)) return base->spec;
      return fail(ErrorCode::ModelNotFound, "its base is not offered");
    }
    const fs::path path = store.blob_path(created.blob);
    std::error_code error;
    if (!with_files || !fs::is_regular_file(path, error)) {
      return fail(ErrorCode::ModelNotFound, "its file is not offered");
    }
    ModelSpec spec = {.config = {.model_path = path}};
    if (Status status = configure(spec, settings_); !status) return fail(status.error());
    return spec;
  }

  static void apply_created(const CreatedModel& created, const models::CreatedStore& store,
                            ModelSpec& spec) {
    models::CreatedSettings own = models::settings_of(created);
    spec.id = created.name;
    spec.pinned = false;
    fill_defaults(own.defaults, spec.defaults);
    spec.defaults = std::move(own.defaults);
    if (own.context) spec.config.context_length = own.context;
    if (!created.chat_template.empty()) spec.config.chat_template = created.chat_template;
    for (const std::string& adapter : created.adapters) {
      spec.config.adapters.push_back({.path = store.blob_path(adapter)});
    }
  }

  Status configure_and_add(ModelSpec spec, bool at_start) {
    if (Status status = configure(spec, settings_); !status) return status;
    add(std::move(spec), settings_.aliases, at_start);
    return {};
  }

  void add(ModelSpec spec, std::vector<std::string> aliases, bool at_start) {
    // What cannot be told is found out by loading.
    if (fileless_backend(spec.backend, spec.config.model_path) == nullptr) {
      spec.memory_bytes = fit::expected_memory(spec.config).value_or(0);
    }
    chosen_.push_back(
        {.spec = std::move(spec), .aliases = std::move(aliases), .at_start = at_start});
  }

  const Settings& settings_;
  std::vector<ChosenModel> chosen_;
  std::vector<std::pair<std::size_t, std::vector<std::string>>> hub_names_;  // by place
};

}  // namespace

models::ModelFolders model_folders(const Settings& settings) {
  models::ModelFolders folders = models::ModelFolders::of_this_user();
  for (const std::string& folder : settings.models_dir) {
    // PCAI_MODELS_DIR also says where pcai's own folder is.
    if (fs::path(folder) != folders.own) folders.extra.emplace_back(folder);
  }
  return folders;
}

Result<models::FoundModel> find_model(const Settings& settings, const std::string& name) {
  Result<models::FoundModel> found = models::resolve_model(model_folders(settings), name);
  if (!found && found.error().code == ErrorCode::ModelNotFound) {
    // A model that was pulled by a short name has that name.
    const auto known = known_models();
    const KnownModel* const meant = known ? find_known(*known, name) : nullptr;
    if (meant != nullptr) {
      auto pulled = models::resolve_model(model_folders(settings), meant->model);
      if (pulled) found = std::move(pulled);
    }
  }
  if (found && found->source == kByPath) found->id = models::stem_of(*found);
  return found;
}

bool needs_no_file(const Settings& settings) {
  return fileless_backend(settings.backend, {}) != nullptr;
}

const ModelSection* find_section(const Settings& settings, const std::string& id) {
  const auto found = std::ranges::find(settings.sections, id, &ModelSection::id);
  return found == settings.sections.end() ? nullptr : &*found;
}

Result<ModelSpec> model_spec(models::FoundModel found, const Settings& settings) {
  ModelSpec spec = found_model(std::move(found));
  if (Status status = configure(spec, settings); !status) return fail(status.error());
  return spec;
}

Result<ModelSpec> choose_model(const Settings& settings, const std::string& name) {
  if (const ModelSection* section = find_section(settings, name)) {
    return section_model(settings, *section).map([](NamedModel model) {
      return std::move(model.spec);
    });
  }
  Result<ModelSpec> spec = named_model(settings, name);
  if (!spec) return spec;
  if (Status status = configure(*spec, settings); !status) return fail(status.error());
  return spec;
}

Result<std::vector<ChosenModel>> choose_models(const Settings& settings) {
  Chooser chooser(settings);
  for (const std::string& name : settings.model) {
    if (Status status = chooser.add_named(name); !status) return fail(status.error());
  }
  if (settings.model.empty()) {
    if (Status status = chooser.add_default(); !status) return fail(status.error());
  }
  for (const ModelSection& section : settings.sections) {
    if (Status status = chooser.add_section(section, false); !status) return fail(status.error());
  }
  const bool discovers = settings.discover == "on" && !needs_no_file(settings);
  if (discovers) {
    if (Status status = chooser.add_others(); !status) return fail(status.error());
  }
  chooser.add_created(discovers);
  return chooser.take();
}

}  // namespace pcai::app

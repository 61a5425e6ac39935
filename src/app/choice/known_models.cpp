#include "app/choice/known_models.h"

#include <toml++/toml.h>

#include <algorithm>
#include <system_error>

#include "app/choice/default_model.h"
#include "app/choice/known_models_text.h"
#include "app/settings/load_settings.h"
#include "app/settings/toml_source.h"
#include "models/names/letter_case.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

constexpr const char* kFile = "known_models.toml";

/// Passes everything on, and ends the pull of a file that is not the right one before its first
/// byte.
class OnlyThisFile final : public hub::PullProgress {
 public:
  OnlyThisFile(hub::PullProgress& shown, const std::string& sha256)
      : shown_(shown), sha256_(sha256) {}

  bool on_bytes(std::uint64_t done, std::uint64_t total) noexcept override {
    return !is_other_ && shown_.on_bytes(done, total);
  }
  void on_digest(std::string_view digest) noexcept override {
    is_other_ = !sha256_.empty() && digest != sha256_;
  }
  void on_note(std::string_view text) noexcept override { shown_.on_note(text); }

  bool is_other() const noexcept { return is_other_; }

 private:
  hub::PullProgress& shown_;
  const std::string& sha256_;
  bool is_other_ = false;
};

bool is_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void put(std::vector<KnownModel>& models, KnownModel model) {
  const auto before = std::ranges::find(models, model.name, &KnownModel::name);
  if (before != models.end()) {
    *before = std::move(model);
  } else {
    models.push_back(std::move(model));
  }
}

}  // namespace

Result<std::vector<KnownModel>> parse_known_models(std::string_view text, const std::string& file) {
  const auto refuse = [&file](const toml::source_region& where, const std::string& why) {
    return fail(ErrorCode::InvalidRequest,
                file + ":" + std::to_string(where.begin.line) + ": " + why);
  };
  try {
    std::vector<KnownModel> models;
    const toml::table content = toml::parse(text, file);
    for (const auto& [key, node] : content) {
      const toml::table* const entry = node.as_table();
      if (entry == nullptr) return refuse(node.source(), "a model is a table [\"NAME\"]");
      KnownModel model{.name = models::lower(key.str())};
      for (const auto& [field, value] : *entry) {
        const bool is_known = field == "model" || field == "sha256";
        if (!is_known || !value.is_string()) {
          return refuse(value.source(), "a model has the texts `model` and `sha256`, not '" +
                                            std::string(field.str()) + "'");
        }
        (field == "model" ? model.model : model.sha256) = value.value_or("");
      }
      const Result<hub::HubName> name = hub::parse_hub_name(model.model);
      if (!name) return refuse(node.source(), name.error().message);
      if (!model.sha256.empty() && !is_digest(model.sha256)) {
        return refuse(node.source(), "sha256 has 64 digits 0-9 and a-f");
      }
      if (model.name.find('/') != std::string::npos) {
        return refuse(node.source(), "a short name has no '/'");
      }
      models.push_back(std::move(model));
    }
    return models;
  } catch (const toml::parse_error& failure) {
    return refuse(failure.source(), std::string(failure.description()));
  }
}

Result<std::vector<KnownModel>> known_models() {
  std::vector<KnownModel> models = {{.name = std::string(kDefaultModel.short_name),
                                     .model = std::string(kDefaultModel.name),
                                     .sha256 = std::string(kDefaultModel.sha256)}};
  Result<std::vector<KnownModel>> own = parse_known_models(kKnownModelsText, kFile);
  if (!own) return own;
  for (KnownModel& model : *own) put(models, std::move(model));
  std::vector<std::filesystem::path> folders = settings_folders(process_environment());
  std::ranges::reverse(folders);  // the user's last
  for (const std::filesystem::path& folder : folders) {
    std::error_code error;
    if (!std::filesystem::exists(folder / kFile, error)) continue;
    const std::string file = platform::path_text(folder / kFile);
    const Result<std::string> text = load_text_file(file, "list of models");
    if (!text) return fail(text.error());
    Result<std::vector<KnownModel>> more = parse_known_models(*text, file);
    if (!more) return more;
    for (KnownModel& model : *more) put(models, std::move(model));
  }
  std::ranges::stable_sort(models, {}, [](const KnownModel& model) {
    return model.name.substr(0, model.name.find(':'));
  });
  return models;
}

const KnownModel* find_known(const std::vector<KnownModel>& models, std::string_view name) {
  const std::string wanted = models::lower(name);
  for (const KnownModel& model : models) {
    if (model.name == wanted) return &model;
  }
  if (wanted.empty() || wanted.find(':') != std::string::npos) return nullptr;
  for (const KnownModel& model : models) {
    if (model.name.starts_with(wanted + ":")) return &model;
  }
  return nullptr;
}

Result<hub::PulledModel> pull_known(const KnownModel& model, const hub::HubOptions& options,
                                    hub::PullProgress& progress) {
  const Result<hub::HubName> name = hub::parse_hub_name(model.model);
  if (!name) return fail(name.error());
  OnlyThisFile watched(progress, model.sha256);
  Result<hub::PulledModel> pulled = hub::pull_model(*name, options, watched);
  if (!watched.is_other()) return pulled;
  return fail(ErrorCode::InvalidModel,
              options.endpoint + " has another file as " + model.model +
                  " than the one that is known to pcai; get what it has with `pcai pull " +
                  model.model + "`");
}

}  // namespace pcai::app

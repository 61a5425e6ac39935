#include "models/model_finder.h"

#include <algorithm>
#include <map>
#include <string>
#include <system_error>
#include <utility>

#include "models/model_description.h"
#include "models/model_listing.h"
#include "models/names/letter_case.h"
#include "models/names/name_fits.h"
#include "models/printable.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamesInMessage = 20;

std::string names_of(const std::vector<FoundModel>& models) {
  std::string names;
  for (std::size_t i = 0; i < std::min(models.size(), kNamesInMessage); ++i) {
    names += (i == 0 ? "" : ", ") + models[i].id;
  }
  if (models.size() > kNamesInMessage) {
    names += " and " + std::to_string(models.size() - kNamesInMessage) + " more";
  }
  return names;
}

bool is_path(const std::string& name, const fs::path& path) {
  if (is_full_id(name)) return false;
  return lower(name).ends_with(".gguf") || name.starts_with("./") || name.starts_with("../") ||
         path.is_absolute();
}

tl::unexpected<Error> no_model(const std::vector<FoundModel>& models, const std::string& name) {
  return fail(
      ErrorCode::ModelNotFound,
      "there is no model " + in_quotes(name) +
          (models.empty() ? std::string("; this machine has no models; give the path of a GGUF "
                                        "file, or get one with `pcai pull hf:OWNER/REPOSITORY`")
                          : "; known models: " + names_of(models)));
}

/// The one model that is named, or what to say where there is none or several.
Result<FoundModel> only_one(std::vector<FoundModel> found, const std::vector<FoundModel>& all,
                            const std::string& name) {
  if (found.empty()) return no_model(all, name);
  if (found.size() > 1) {
    std::ranges::for_each(found, describe);
    const FoundModel first = found.front();
    std::erase_if(found, [](const FoundModel& model) { return !is_complete(model.kind); });
    if (found.empty()) found.push_back(first);
  }
  if (found.size() == 1) return usable(std::move(found.front()));
  return fail(ErrorCode::ModelNotFound,
              in_quotes(name) + " matches several models: " + names_of(found));
}

}  // namespace

std::vector<FoundModel> find_models(const ModelFolders& folders) {
  std::vector<FoundModel> models = list_models(folders);
  // Stores name one file often: by many tags, by hard links. Its header is read once.
  std::map<platform::FileIdentity, const FoundModel*> known;
  const FoundModel* last = nullptr;
  for (FoundModel& model : models) {
    const bool may_share = may_share_description(model);
    if (may_share && last != nullptr && last->path.native() == model.path.native()) {
      model.identity = last->identity;
      take_description(model, *last);
      continue;
    }
    const auto identity = may_share ? identity_of(model) : std::nullopt;
    const auto same = identity ? known.find(*identity) : known.end();
    model.identity = identity;
    if (same != known.end()) {
      take_description(model, *same->second);
    } else {
      describe(model);
      if (identity && !model.error) known.emplace(*identity, &model);
    }
    if (identity && !model.error) last = &model;
  }
  return models;
}

Result<FoundModel> resolve_model(const ModelFolders& folders, std::string_view name_or_path) {
  const std::string name(name_or_path);
  const fs::path path = platform::text_path(name);
  std::error_code error;
  const bool names_path = is_path(name, path);
  if (names_path && fs::exists(path, error)) return usable({name, path, "path"});
  const std::vector<FoundModel> models = list_models(folders);
  std::vector<FoundModel> found;
  for (const FoundModel* model : models_named(models, name)) found.push_back(*model);
  // A path that is not there may be the printable form of one that is.
  const bool is_whole = found.size() == 1 && found.front().full_id == name;
  if (names_path && !is_whole) return usable({name, path, "path"});
  if (found.empty() && fs::is_regular_file(path, error)) return usable({name, path, "path"});
  return only_one(std::move(found), models, name);
}

}  // namespace pcai::models

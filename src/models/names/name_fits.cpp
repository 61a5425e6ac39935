#include "models/names/name_fits.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "models/names/hub_id.h"
#include "models/names/letter_case.h"
#include "models/names/repository_models.h"
#include "models/printable.h"
#include "models/split_name.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

constexpr std::size_t kMaxNameBytes = 1024;  // more than a file's name can have
constexpr std::size_t kShortestCommit = 7;

/// In any letter case, and with the parts that tell nothing new left out ("ollama:qwen2.5").
bool means(const std::string& name, const FoundModel& model) {
  if (!is_full_id(name)) return false;
  const std::string full = lower(model.full_id);
  std::string wanted = lower(name);
  if (wanted.ends_with(".gguf")) wanted.resize(wanted.size() - 5);
  return full == wanted || full == wanted + ":latest";
}

/// How a name can fit a model by itself, from the strictest way to the loosest.
using Fits = bool (*)(const FoundModel& model, const std::string& name);
constexpr Fits kStrictWays[] = {
    [](const FoundModel& model, const std::string& name) { return model.full_id == name; },
    [](const FoundModel& model, const std::string& name) {
      return model.id == name || (model.source == "ollama" && model.id + ":latest" == name);
    },
    [](const FoundModel& model, const std::string& name) {
      return std::ranges::find(model.other_ids, name) != model.other_ids.end();
    },
};
constexpr Fits kLooseWays[] = {
    [](const FoundModel& model, const std::string& name) { return means(name, model); },
    [](const FoundModel& model, const std::string& name) { return lower(model.id) == lower(name); },
    [](const FoundModel& model, const std::string& name) {
      return !model.is_virtual && lower(stem_of(model)) == lower(name);
    },
    [](const FoundModel& model, const std::string& name) {
      return lower(model.id).starts_with(lower(name)) ||
             (!model.is_virtual && lower(stem_of(model)).starts_with(lower(name)));
    },
};

template <std::size_t kCount>
std::vector<const FoundModel*> fitting(const std::vector<FoundModel>& models,
                                       const std::string& name, const Fits (&ways)[kCount]) {
  std::vector<const FoundModel*> found;
  for (const Fits fits : ways) {
    for (const FoundModel& model : models) {
      if (fits(model, name)) found.push_back(&model);
    }
    if (!found.empty()) break;
  }
  return found;
}

/// A revision is a name, or at least the beginning of a commit.
bool is_revision(const std::string& wanted, const std::string& revision) {
  if (wanted == revision) return true;
  return wanted.size() >= kShortestCommit && revision.size() == 40 &&
         revision.starts_with(lower(wanted));
}

/// What one store has of a repository at one revision.
struct Shelf {
  std::filesystem::path repository;
  std::string revision;
  std::vector<RepositoryModel> models = {};
  std::vector<const FoundModel*> found = {};
};

using Same = bool (*)(const std::string& a, const std::string& b);

std::vector<Shelf> shelves_of(const std::vector<FoundModel>& models, const HubId& wanted,
                              Same same) {
  std::vector<Shelf> shelves;
  const auto add = [&](const FoundModel& model, const std::string& full_id) {
    auto id = parse_hub_id(full_id);
    if (!id || !same(id->repository, wanted.repository) || is_never_a_model(id->choice)) return;
    const bool is_meant =
        wanted.revision.empty() ? id->revision.empty() : is_revision(wanted.revision, id->revision);
    if (!is_meant) return;
    auto shelf = std::ranges::find_if(shelves, [&](const Shelf& each) {
      return each.repository == model.repository && each.revision == id->revision;
    });
    if (shelf == shelves.end()) {
      shelf = shelves.insert(shelf, Shelf{model.repository, id->revision});
    }
    RepositoryModel entry = {std::move(id->choice)};
    if (!model.is_folder) {
      const std::size_t name = entry.name.rfind('/');
      const std::string folder = name == std::string::npos ? "" : entry.name.substr(0, name + 1);
      entry.files.push_back(folder + platform::path_text(model.path.filename()));
    }
    shelf->models.push_back(std::move(entry));
    shelf->found.push_back(&model);
  };
  for (const FoundModel& model : models) {
    add(model, model.full_id);
    for (const std::string& id : model.other_ids) add(model, id);
  }
  return shelves;
}

std::vector<const FoundModel*> chosen_from(const std::vector<Shelf>& shelves,
                                           const std::string& choice) {
  std::size_t best = Choice::kNone;
  std::vector<const FoundModel*> found;
  for (const Shelf& shelf : shelves) {
    const Choice chosen = choose_model(shelf.models, choice);
    if (chosen.rank >= best) continue;
    best = chosen.rank;
    found.clear();
    for (const std::size_t i : chosen.models) found.push_back(shelf.found[i]);
  }
  return found;
}

std::vector<const FoundModel*> of_hub(const std::vector<FoundModel>& models, const HubId& id) {
  for (const Same same :
       {Same([](const std::string&a, const std::string&b) { return a == b; }),
        Same([](const std::string&a, const std::string&b) { return lower(a) == lower(b); })}) {
    if (auto found = chosen_from(shelves_of(models, id, same), id.choice); !found.empty()) {
      return found;
    }
  }
  return {};
}

}  // namespace

bool is_full_id(std::string_view name) {
  return name.starts_with("hf:") || name.starts_with("ollama:") || name.starts_with("lmstudio:") ||
         name.starts_with("jan:");
}

std::string stem_of(const FoundModel& model) {
  const std::string stem =
      model.is_folder ? platform::path_text(model.path.filename()) : model_stem(model.path);
  return printable(stem, kMaxNameBytes);
}

std::vector<const FoundModel*> models_of_hub(const std::vector<FoundModel>& models,
                                             std::string_view name) {
  const auto id = parse_hub_id(name);
  return id ? of_hub(models, *id) : std::vector<const FoundModel*>();
}

std::vector<const FoundModel*> models_named(const std::vector<FoundModel>& models,
                                            const std::string& name) {
  if (name.empty()) return {};
  if (auto found = fitting(models, name, kStrictWays); !found.empty()) return found;
  if (auto found = models_of_hub(models, name); !found.empty()) return found;
  if (auto found = fitting(models, name, kLooseWays); !found.empty()) return found;
  // `pcai pull` takes it without "hf:".
  const HubId id = split_hub_id(name);
  const bool is_repository = std::ranges::count(id.repository, '/') == 1;
  return is_repository ? of_hub(models, id) : std::vector<const FoundModel*>();
}

}  // namespace pcai::models

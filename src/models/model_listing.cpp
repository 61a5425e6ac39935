#include "models/model_listing.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "models/folder_scan.h"
#include "models/names/hub_id.h"
#include "models/names/letter_case.h"
#include "models/names/name_fits.h"
#include "models/printable.h"
#include "models/safetensors/safetensors_folder.h"
#include "models/split_name.h"
#include "models/stores/hugging_face_store.h"
#include "models/stores/jan_store.h"
#include "models/stores/lm_studio_hub.h"
#include "models/stores/ollama_store.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameBytes = 1024;  // more than a file's name can have

FoundModel unreadable(const fs::path& folder, const std::string& source, std::string problem) {
  FoundModel model = {printable_path(folder), folder, source};
  model.error = Error{ErrorCode::InvalidModel, std::move(problem)};
  return model;
}

/// How many folders down a repository is, as LM Studio and `pcai pull` lay them: owner, name.
constexpr int kRepositoryDepth = 2;

std::ptrdiff_t depth_of(const fs::path& root, const fs::path& path) {
  const fs::path below = path.lexically_relative(root);
  return std::distance(below.begin(), below.end());
}

/// The repository that a file belongs to in such a store; empty: none.
fs::path repository_of(const fs::path& root, const fs::path& path, const std::string& source) {
  if (source != "lm-studio" && source != "pcai") return {};
  if (depth_of(root, path) <= kRepositoryDepth) {
    return source == "lm-studio" ? path.parent_path() : fs::path();
  }
  fs::path repository = path;
  for (auto depth = depth_of(root, path); depth > kRepositoryDepth; --depth) {
    repository = repository.parent_path();
  }
  return repository;
}

/// Of a file in a store that is a folder of files.
std::string full_id_of(const fs::path& root, const FoundModel& model) {
  if (model.source == "lm-studio" && depth_of(root, model.path) > 1) {
    return printable("lmstudio:" + name_in_repository(root, model.path), kMaxNameBytes);
  }
  if (model.source != "pcai" || model.repository.empty()) return printable_path(model.path);
  // Where `pcai pull` puts it, "name@revision" for another revision than the main branch.
  const std::u8string utf8 = model.repository.lexically_relative(root).generic_u8string();
  HubId id = split_hub_id(std::string(utf8.begin(), utf8.end()));
  id.choice = model.is_folder ? std::string(kSafetensorsChoice)
                              : name_in_repository(model.repository, model.path);
  return printable(id.text(), kMaxNameBytes);
}

/// Gathers files, not yet described.
class Listing {
 public:
  void add_folder(const fs::path& folder, const std::string& source) {
    // Below llama.cpp's flat files may lie a cache of Hugging Face's form.
    FolderScan scan = source == "llama.cpp" ? scan_flat_folder(folder) : scan_folder(folder);
    for (const fs::path& file : scan.files) {
      FoundModel model = {printable(model_stem(file), kMaxNameBytes), file, source};
      model.repository = repository_of(folder, file, source);
      model.full_id = full_id_of(folder, model);
      add(std::move(model));
    }
    for (const fs::path& path : scan.folders) {
      if ((source == "pcai" || source == "folder") && is_safetensors_folder(path)) {
        FoundModel model = {printable(platform::path_text(path.filename()), kMaxNameBytes), path,
                            source};
        model.is_folder = true;
        model.repository = repository_of(folder, path / "config.json", source);
        if (model.repository != path) model.repository.clear();
        model.full_id = full_id_of(folder, model);
        add(std::move(model));
      }
    }
    for (std::string& problem : scan.problems) {
      models_.push_back(unreadable(folder, source, std::move(problem)));
    }
  }

  void add_all(std::vector<FoundModel> models) {
    for (FoundModel& model : models) add(std::move(model));
  }

  /// The models, with ids made unique.
  std::vector<FoundModel> take() {
    make_full_ids_unique();
    const auto with_repository = [](const FoundModel& model) {
      const auto id = parse_hub_id(model.full_id);
      return id ? id->repository + (id->revision.empty() ? "" : "@" + id->revision) + "/" +
                      id->choice
                : model.id;
    };
    const auto with_folder = [](const FoundModel& model) {
      const std::string folder = printable_path(model.path.parent_path().filename());
      return folder + "/" + stem_of(model);
    };
    const auto with_path = [](const FoundModel& model) { return printable_path(model.path); };
    // Paths that print alike, and damaged entries of one store.
    const auto with_number = [n = 0](const FoundModel& model) mutable {
      return model.id + "#" + std::to_string(++n);
    };
    if (rename_duplicates(with_folder) && rename_duplicates(with_repository) &&
        rename_duplicates(with_path)) {
      rename_duplicates(with_number);
    }
    return std::move(models_);
  }

 private:
  void add(FoundModel model) {
    // Parts come in the order of their names, so the first stands for all.
    if (parse_split_name(model.path) && !seen_splits_.insert(split_part(model.path, 1)).second) {
      return;
    }
    // Ollama's names of one blob are many, and to resolve a path takes long.
    bool is_new = seen_.try_emplace(model.path.native(), models_.size()).second;
    if (is_new) {
      std::error_code error;
      const fs::path real = fs::weakly_canonical(model.path, error);
      if (!error && real.native() != model.path.native()) {
        const auto [same, is_new_file] = seen_.try_emplace(real.native(), models_.size());
        is_new = is_new_file;
        seen_[model.path.native()] = same->second;
      }
    }
    if (is_new || model.source == "ollama") {
      models_.push_back(std::move(model));
    } else {
      const std::size_t known = seen_[model.path.native()];  // before the model is moved
      add_names(models_[known], std::move(model));
    }
  }

  /// Of the same file.
  static void add_names(FoundModel& known, FoundModel model) {
    if (model.full_id != known.full_id) known.other_ids.push_back(std::move(model.full_id));
    std::ranges::move(model.other_ids, std::back_inserter(known.other_ids));
  }

  /// One file of a repository that lies in two stores is one model. What else has a name that is
  /// taken gets another.
  void make_full_ids_unique() {
    // Beside "file.gguf" there may be "file-00001-of-00002.gguf".
    std::unordered_set<std::string> whole;
    for (const FoundModel& model : models_) {
      if (!parse_split_name(model.path)) whole.insert(model.full_id);
    }
    for (FoundModel& model : models_) {
      if (whole.contains(model.full_id) && is_split_of_hub(model)) name_by_part(model);
    }
    std::unordered_map<std::string, std::size_t> taken;
    std::vector<FoundModel> models;
    models.reserve(models_.size());
    for (FoundModel& model : models_) {
      if (model.full_id.empty()) model.full_id = model.id;
      const auto known = taken.find(model.full_id);
      if (known != taken.end()) {
        FoundModel& first = models[known->second];
        if (is_same_file_of_a_hub(first, model)) {
          std::ranges::move(model.other_ids, std::back_inserter(first.other_ids));
          continue;
        }
        rename(model, taken);
      }
      taken.emplace(model.full_id, models.size());
      models.push_back(std::move(model));
    }
    models_ = std::move(models);
  }

  static bool is_same_file_of_a_hub(const FoundModel& a, const FoundModel& b) {
    if (!parse_hub_id(a.full_id) || a.is_folder != b.is_folder || a.error || b.error) return false;
    if (a.is_folder ||
        parse_split_name(a.path).has_value() != parse_split_name(b.path).has_value()) {
      return a.is_folder;
    }
    std::error_code error;
    const std::uintmax_t size = fs::file_size(a.path, error);
    return !error && size == fs::file_size(b.path, error) && !error;
  }

  /// "hf:owner/name:file-00001-of-00002" instead of "hf:owner/name:file".
  static void name_by_part(FoundModel& model) {
    const std::size_t end = model.full_id.size() - model_stem(model.path).size();
    model.full_id = printable(model.full_id.substr(0, end) + platform::path_text(model.path.stem()),
                              kMaxNameBytes);
  }

  static void rename(FoundModel& model, const std::unordered_map<std::string, std::size_t>& taken) {
    if (is_split_of_hub(model)) name_by_part(model);
    for (const std::string& id : model.other_ids) {
      if (taken.contains(model.full_id)) model.full_id = id;
    }
    if (taken.contains(model.full_id)) model.full_id = printable_path(model.path);
    const std::string path = model.full_id;
    for (int n = 2; taken.contains(model.full_id); ++n) {
      model.full_id = path + "#" + std::to_string(n);
    }
  }

  static bool is_split_of_hub(const FoundModel& model) {
    const std::string stem = printable(model_stem(model.path), kMaxNameBytes);
    return parse_split_name(model.path) && parse_hub_id(model.full_id) &&
           model.full_id.ends_with(stem) && stem == model_stem(model.path);
  }

  /// False when there were none.
  bool rename_duplicates(const std::function<std::string(const FoundModel&)>& longer_id) {
    std::vector<std::string> ids;
    std::unordered_map<std::string_view, int> uses;
    ids.reserve(models_.size());
    for (const FoundModel& model : models_) ++uses[ids.emplace_back(lower(model.id))];
    if (uses.size() == models_.size()) return false;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (uses[ids[i]] > 1) models_[i].id = longer_id(models_[i]);
    }
    return true;
  }

  std::vector<FoundModel> models_;
  std::unordered_map<fs::path::string_type, std::size_t> seen_;  // paths, as they are and stand
  std::set<fs::path> seen_splits_;                               // first parts
};

/// Where a name is taken it is the newcomer that gets another.
void add_virtual(std::vector<FoundModel>& models, std::vector<FoundModel> more) {
  std::unordered_set<std::string> ids;
  std::unordered_set<std::string> full_ids;
  for (const FoundModel& model : models) {
    ids.insert(lower(model.id));
    full_ids.insert(lower(model.full_id));
  }
  for (FoundModel& model : more) {
    while (!full_ids.insert(lower(model.full_id)).second) model.full_id += "/model.yaml";
    if (!ids.insert(lower(model.id)).second) model.id = model.full_id;
    models.push_back(std::move(model));
  }
}

}  // namespace

std::vector<FoundModel> list_models(const ModelFolders& folders) {
  Listing listing;
  std::error_code error;
  if (fs::exists(folders.own, error)) listing.add_folder(folders.own, "pcai");
  for (const fs::path& folder : folders.extra) listing.add_folder(folder, "folder");
  for (const fs::path& folder : folders.ollama) listing.add_all(list_ollama_models(folder));
  for (const fs::path& folder : folders.lm_studio) listing.add_folder(folder, "lm-studio");
  for (const fs::path& cache : folders.hugging_face) {
    listing.add_all(list_hugging_face_models(cache));
  }
  for (const fs::path& folder : folders.llama_cpp) listing.add_folder(folder, "llama.cpp");
  for (const fs::path& folder : folders.gpt4all) listing.add_folder(folder, "gpt4all");
  for (const fs::path& data : folders.jan) {
    listing.add_all(list_jan_models(data, folders.system));
    for (const fs::path& folder : jan_model_folders(data)) {
      if (fs::exists(folder, error)) listing.add_folder(folder, "jan");
    }
  }
  std::vector<FoundModel> models = listing.take();
  for (const fs::path& hub : folders.lm_studio_hubs) {
    add_virtual(models, list_virtual_models(hub, folders.lm_studio));
  }
  return models;
}

}  // namespace pcai::models

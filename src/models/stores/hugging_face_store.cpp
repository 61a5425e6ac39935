#include "models/stores/hugging_face_store.h"

#include <algorithm>
#include <map>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "models/names/hub_id.h"
#include "models/printable.h"
#include "models/safetensors/safetensors_folder.h"
#include "models/split_name.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRepositoryPrefix = "models--";
constexpr std::size_t kMaxNameBytes = 1024;
constexpr std::size_t kMaxRefs = 10'000;
constexpr int kMaxRefDepth = 4;  // "refs/pr/1"

bool is_commit(std::string_view text) {
  return text.size() == 40 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// A commit that is here.
struct Snapshot {
  std::string commit;
  std::vector<std::string> revisions = {};  // branches and tags that are at it, then itself
};

/// Branches and tags, by name, with their commits.
void add_refs(const fs::path& folder, const std::string& prefix, int depth,
              std::map<std::string, std::string>& refs) {
  for (const fs::path& entry : entries_of(folder)) {
    if (refs.size() >= kMaxRefs) return;
    const std::string name = prefix + platform::path_text(entry.filename());
    std::error_code error;
    if (fs::is_directory(entry, error)) {
      if (depth < kMaxRefDepth) add_refs(entry, name + "/", depth + 1, refs);
    } else if (std::string commit = read_small_text(entry, 128).value_or(""); is_commit(commit)) {
      refs.emplace(name, std::move(commit));
    }
  }
}

std::vector<Snapshot> snapshots_of(const fs::path& repository) {
  std::map<std::string, std::string> refs;
  add_refs(repository / "refs", "", 0, refs);
  std::vector<Snapshot> snapshots;
  const auto at = [&](const std::string& commit) -> Snapshot& {
    const auto known = std::ranges::find(snapshots, commit, &Snapshot::commit);
    return known != snapshots.end() ? *known : snapshots.emplace_back(Snapshot{commit});
  };
  if (const auto main = refs.find("main"); main != refs.end()) {
    at(main->second).revisions.push_back(main->first);
  }
  for (const auto& [name, commit] : refs) {
    if (name != "main") at(commit).revisions.push_back(name);
  }
  std::vector<std::pair<fs::file_time_type, std::string>> others;
  for (const fs::path& folder : entries_of(repository / "snapshots")) {
    std::string commit = platform::path_text(folder.filename());
    std::error_code error;
    if (is_commit(commit)) others.emplace_back(fs::last_write_time(folder, error), commit);
  }
  std::ranges::stable_sort(others, [](const auto& a, const auto& b) { return a.first > b.first; });
  for (auto& [time, commit] : others) at(commit);
  for (Snapshot& snapshot : snapshots) snapshot.revisions.push_back(snapshot.commit);
  return snapshots;
}

/// "models--owner--name" as "owner/name".
std::string repository_name(const fs::path& folder) {
  std::string name = printable_path(folder.filename()).substr(kRepositoryPrefix.size());
  if (const auto at = name.find("--"); at != std::string::npos) name.replace(at, 2, "/");
  return name;
}

/// The models of one repository.
class Repository {
 public:
  explicit Repository(const fs::path& folder) : folder_(folder), name_(repository_name(folder)) {}

  std::vector<FoundModel> list() {
    const std::vector<Snapshot> snapshots = snapshots_of(folder_);
    // Links to what was removed count only where no snapshot has the file.
    for (const bool is_there : {true, false}) {
      for (const Snapshot& snapshot : snapshots) {
        const fs::path root = folder_ / "snapshots" / snapshot.commit;
        for (const fs::path& file : scan_folder(root).files) {
          std::error_code error;
          if (fs::exists(file, error) == is_there) add(snapshot, root, file);
        }
        if (is_there && is_safetensors_folder(root)) add_folder(snapshot, root);
      }
    }
    return std::move(models_);
  }

 private:
  FoundModel model_of(const Snapshot& snapshot, const fs::path& root, const fs::path& path,
                      const std::string& choice) {
    FoundModel model = {name_, path, "hugging-face"};
    model.repository = root;
    const auto id = [&](const std::string& revision) {
      return printable(HubId{name_, revision, choice}.text(), kMaxNameBytes);
    };
    model.full_id = id("");
    for (const std::string& revision : snapshot.revisions) model.other_ids.push_back(id(revision));
    return model;
  }

  void add(const Snapshot& snapshot, const fs::path& root, const fs::path& file) {
    FoundModel model = model_of(snapshot, root, file, name_in_repository(root, file));
    model.id = printable(name_ + "/" + model_stem(file), kMaxNameBytes);
    // A cache's links point into the repository's own blobs; others are not followed.
    if (!lies_below(file, folder_)) {
      model.error = Error{ErrorCode::InvalidModel,
                          printable_path(file) + ": links to a file outside of its repository"};
    }
    put(std::move(model), snapshot, platform::path_text(file.lexically_relative(root)), file);
  }

  void add_folder(const Snapshot& snapshot, const fs::path& root) {
    FoundModel model = model_of(snapshot, root, root, std::string(kSafetensorsChoice));
    model.is_folder = true;
    fs::path weights;
    for (const fs::path& file : entries_of(root)) {
      if (!is_safetensors_weight(file.filename())) continue;
      if (weights.empty()) weights = file;
      if (lies_below(file, folder_)) continue;
      model.error = Error{ErrorCode::InvalidModel,
                          printable_path(file) + ": links to a file outside of its repository"};
    }
    put(std::move(model), snapshot, "", weights);
  }

  /// `file` tells whether two snapshots have the same.
  void put(FoundModel model, const Snapshot& snapshot, const std::string& place,
           const fs::path& file) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(file, error);
    const auto [earlier, is_new] = places_.try_emplace(place, Place{models_.size(), real});
    if (!is_new) {
      FoundModel& known = models_[earlier->second.model];
      if (model.error || !fs::exists(file, error)) return;
      if (real == earlier->second.real) {
        known.other_ids.insert(known.other_ids.end(), model.other_ids.begin(),
                               model.other_ids.end());
        return;
      }
      model.full_id = std::move(model.other_ids.front());
      model.other_ids.erase(model.other_ids.begin());
      model.id += "@" + printable(snapshot.revisions.front());
    }
    models_.push_back(std::move(model));
  }

  struct Place {
    std::size_t model;
    fs::path real;
  };

  const fs::path& folder_;
  std::string name_;
  std::vector<FoundModel> models_;
  std::unordered_map<std::string, Place> places_;  // by the path in the repository
};

}  // namespace

std::vector<FoundModel> list_hugging_face_models(const fs::path& cache) {
  std::vector<FoundModel> models;
  for (const fs::path& repository : entries_of(cache)) {
    if (!printable_path(repository.filename()).starts_with(kRepositoryPrefix)) continue;
    for (FoundModel& model : Repository(repository).list()) models.push_back(std::move(model));
  }
  return models;
}

}  // namespace pcai::models

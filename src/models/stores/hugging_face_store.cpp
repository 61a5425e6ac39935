#include "models/stores/hugging_face_store.h"

#include <algorithm>
#include <string>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "models/printable.h"
#include "models/split_name.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRepositoryPrefix = "models--";

/// The commit that a ref file holds; empty when it is no commit.
std::string commit_of(const fs::path& ref) {
  std::string commit = read_small_text(ref, 128).value_or("");
  const bool is_commit = commit.size() == 40 && std::ranges::all_of(commit, [](char c) {
                           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
                         });
  return is_commit ? commit : std::string();
}

std::string current_commit(const fs::path& repository) {
  if (std::string main = commit_of(repository / "refs" / "main"); !main.empty()) return main;
  for (const fs::path& ref : entries_of(repository / "refs")) {
    if (std::string commit = commit_of(ref); !commit.empty()) return commit;
  }
  return {};
}

/// "models--owner--name" as "owner/name".
std::string repository_name(const fs::path& folder) {
  std::string name = printable_path(folder.filename()).substr(kRepositoryPrefix.size());
  if (const auto at = name.find("--"); at != std::string::npos) name.replace(at, 2, "/");
  return name;
}

}  // namespace

std::vector<fs::path> hugging_face_model_places(const UserEnvironment& environment) {
  const auto below = [&](const char* variable, const fs::path& rest) {
    const fs::path folder = environment.path(variable);
    return folder.empty() ? folder : folder / rest;
  };
  const fs::path home = environment.home();
  const fs::path candidates[] = {
      environment.path("HF_HUB_CACHE"),
      environment.path("HUGGINGFACE_HUB_CACHE"),
      below("HF_HOME", "hub"),
      below("XDG_CACHE_HOME", fs::path("huggingface") / "hub"),
      home.empty() ? home : home / ".cache" / "huggingface" / "hub",
  };
  const auto cache =
      std::ranges::find_if(candidates, [](const fs::path& folder) { return !folder.empty(); });
  std::vector<fs::path> folders = {environment.path("LLAMA_CACHE")};
  if (cache != std::end(candidates)) folders.push_back(*cache);
  std::erase_if(folders, [](const fs::path& folder) { return folder.empty(); });
  return folders;
}

std::vector<fs::path> hugging_face_model_paths() {
  return existing(hugging_face_model_places());
}

std::vector<FoundModel> list_hugging_face_models(const fs::path& cache) {
  std::vector<FoundModel> models;
  for (const fs::path& repository : entries_of(cache)) {
    if (!printable_path(repository.filename()).starts_with(kRepositoryPrefix)) continue;
    const std::string commit = current_commit(repository);
    if (commit.empty()) continue;
    for (const fs::path& file : scan_folder(repository / "snapshots" / commit).files) {
      FoundModel& model = models.emplace_back();
      model.id = printable(repository_name(repository) + "/" + model_stem(file), 1024);
      model.path = file;
      model.source = "hugging-face";
      model.full_id = printable("hf:" + repository_name(repository) + ":" + model_stem(file), 1024);
      // A cache's links point into the repository's own blobs; others are not followed.
      if (!lies_below(file, repository)) {
        model.error = Error{ErrorCode::InvalidModel,
                            printable_path(file) + ": links to a file outside of its repository"};
      }
    }
  }
  return models;
}

}  // namespace pcai::models

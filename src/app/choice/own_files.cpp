#include "app/choice/own_files.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "models/model_folders.h"
#include "models/split_name.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

/// How a store's own program removes its models.
std::string other_way(const models::FoundModel& model) {
  if (model.source == "ollama") return "it is Ollama's; use `ollama rm " + model.id + "`";
  if (model.source == "lm-studio") return "it is LM Studio's; remove it there";
  if (model.source == "hugging-face") {
    return "it is in the Hugging Face cache; use `hf cache delete`";
  }
  if (model.source == "jan" || model.source == "gpt4all" || model.source == "llama.cpp") {
    return "it is " + model.source + "'s; remove it there";
  }
  return "it is not in pcai's own folder; remove the file yourself if it is yours";
}

/// What pulls of these files have left behind: "NAME.<16 hex digits>.part" beside them.
std::vector<fs::path> parts_of(const std::vector<fs::path>& files) {
  constexpr std::string_view kEnd = ".part";
  constexpr std::size_t kDigits = 16;
  std::vector<fs::path> parts;
  std::error_code error;
  fs::directory_iterator at(files.front().parent_path(), error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = platform::path_text(at->path().filename());
    if (name.size() < kDigits + kEnd.size() + 1 || !name.ends_with(kEnd)) continue;
    const std::size_t dot = name.size() - kEnd.size() - kDigits - 1;
    const bool is_digest = name.find_first_not_of("0123456789abcdef", dot + 1) == dot + 1 + kDigits;
    const auto is_file = [&](const fs::path& file) {
      return platform::path_text(file.filename()) == name.substr(0, dot);
    };
    if (name[dot] == '.' && is_digest && std::ranges::any_of(files, is_file) &&
        fs::is_regular_file(at->symlink_status(error))) {
      parts.push_back(at->path());
    }
  }
  std::ranges::sort(parts);
  return parts;
}

/// Removes the folders above a file that are empty now, up to pcai's own.
void remove_empty_folders(fs::path folder) {
  std::error_code error;
  const fs::path own = fs::canonical(models::own_models_folder(), error);
  folder = fs::canonical(folder, error);
  while (!error && folder != own && std::ranges::mismatch(own, folder).in1 == own.end() &&
         fs::is_empty(folder, error) && fs::remove(folder, error)) {
    folder = folder.parent_path();
  }
}

}  // namespace

Result<std::vector<fs::path>> own_files_of(const models::FoundModel& model) {
  std::error_code error;
  const fs::path own = fs::canonical(models::own_models_folder(), error);
  const fs::path folder = fs::canonical(model.path.parent_path(), error);
  const bool is_own = !error && !own.empty() &&
                      std::ranges::mismatch(own, folder).in1 == own.end() &&
                      model.source != "ollama";
  if (!is_own) {
    return fail(ErrorCode::InvalidRequest,
                platform::path_text(model.path) + ": " + other_way(model));
  }
  const auto split = models::parse_split_name(model.path);
  std::vector<fs::path> files;
  for (std::uint32_t i = 1; i <= (split ? split->count : 1); ++i) {
    fs::path file = split ? models::split_part(model.path, i) : model.path;
    const fs::file_status status = fs::symlink_status(file, error);
    if (fs::is_regular_file(status) || fs::is_symlink(status)) files.push_back(std::move(file));
  }
  if (files.empty()) {
    return fail(ErrorCode::InvalidRequest,
                platform::path_text(model.path) + " is not a file, so it cannot be removed");
  }
  return files;
}

Status remove_own_files(const std::vector<fs::path>& files,
                        const std::function<bool(const fs::path&)>& tell) {
  std::vector<fs::path> all = files;
  for (fs::path& part : parts_of(files)) all.push_back(std::move(part));
  for (const fs::path& file : all) {
    std::error_code error;
    if (!fs::remove(file, error)) {
      return fail(ErrorCode::Internal,
                  platform::path_text(file) + " cannot be removed: " + error.message());
    }
    if (!tell(file)) {
      return fail(ErrorCode::Internal, "the output is closed; other files of the model may remain");
    }
  }
  remove_empty_folders(files.front().parent_path());
  return {};
}

}  // namespace pcai::app

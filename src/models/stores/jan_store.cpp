#include "models/stores/jan_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"
#include "models/stores/other_stores.h"
#include "models/stores/store_yaml.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxSettingsBytes = 1 << 20;
constexpr std::size_t kMaxJanModels = 1000;
constexpr std::size_t kMaxPathBytes = 4096;
constexpr std::size_t kMaxIdBytes = 1024;

/// "/x", and on Windows "C:\x", "C:/x", "\x" and "\\machine\x".
bool is_absolute(std::string_view path, platform::System system) {
  if (path.starts_with('/')) return true;
  if (system != platform::System::Windows) return false;
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  return path.starts_with('\\') || (path.size() > 2 && is_letter(path[0]) && path[1] == ':' &&
                                    (path[2] == '\\' || path[2] == '/'));
}

const std::string* text_at(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

/// What Jan's settings.json says of its data folder; empty where it does not.
fs::path data_folder_in(const fs::path& settings_file, platform::System system) {
  const auto text = read_small_text(settings_file, kMaxSettingsBytes);
  if (!text) return {};
  const json settings = json::parse(*text, nullptr, false);
  const std::string* folder = text_at(settings, "data_folder");
  return folder != nullptr && is_absolute(*folder, system) ? platform::text_path(*folder)
                                                           : fs::path();
}

/// One data folder's models.
class JanStore {
 public:
  JanStore(fs::path data, platform::System system) : data_(std::move(data)), system_(system) {}

  std::vector<FoundModel> list() {
    const std::vector<fs::path> folders = jan_model_folders(data_);
    root_ = folders.front();
    visit(root_, 0, &JanStore::add_models);
    root_ = folders.back();
    visit(root_, 0, &JanStore::add_old_models);
    return std::move(models_);
  }

 private:
  /// Takes what a folder's .yml files say; false where no other folder is to be looked for in it.
  using Visitor = bool (JanStore::*)(const fs::path& folder, const std::vector<fs::path>& files);

  void visit(const fs::path& folder, int depth, Visitor visitor) {
    std::vector<fs::path> files;
    std::vector<fs::path> folders;
    std::error_code error;
    fs::directory_iterator at(folder, error);
    for (; !error && at != fs::directory_iterator() && room_ > 0; at.increment(error), --room_) {
      std::error_code none;
      // A link to a folder may leave the store.
      if (at->is_directory(none) && !at->is_symlink(none)) {
        folders.push_back(at->path());
      } else if (at->path().extension() == ".yml") {
        files.push_back(at->path());
      }
    }
    std::ranges::sort(files);
    std::ranges::sort(folders);
    if (!(this->*visitor)(folder, files) || depth + 1 >= kMaxScanDepth) return;
    for (const fs::path& below : folders) visit(below, depth + 1, visitor);
  }

  bool add_models(const fs::path& folder, const std::vector<fs::path>& files) {
    const fs::path file = folder / "model.yml";
    if (folder == root_ || std::ranges::find(files, file) == files.end()) return true;
    add(id_of(folder), file, read(file), "model_path");
    return false;
  }

  bool add_old_models(const fs::path& folder, const std::vector<fs::path>& files) {
    for (const fs::path& file : files) {
      const Result<json> content = read(file);
      // Others are no models.
      if (content && !content->contains("files")) continue;
      // As Jan itself calls them when it takes them over.
      std::string id = id_of(folder);
      for (const std::string_view origin : {"cortex.so/", "huggingface.co/"}) {
        if (id.starts_with(origin)) id.erase(0, origin.size());
      }
      if (id == "imported" || id == "." || ids_.contains(id)) id = printable_path(file.stem());
      if (!ids_.contains(id)) add(std::move(id), file, content, "files");
    }
    return true;
  }

  std::string id_of(const fs::path& folder) const {
    const std::u8string below = folder.lexically_relative(root_).generic_u8string();
    return printable(std::string(below.begin(), below.end()), kMaxIdBytes);
  }

  Result<json> read(const fs::path& file) const {
    if (!stays_inside(file)) return damaged(printable_path(file) + ": links out of Jan's data");
    Result<json> content = read_yaml(file);
    if (content && !content->is_object())
      return damaged(printable_path(file) + ": is not a map of keys");
    return content;
  }

  void add(std::string id, const fs::path& file, const Result<json>& content, const char* key) {
    if (models_.size() >= kMaxJanModels) return;
    ids_.insert(id);
    FoundModel model = {std::move(id), file, "jan"};
    model.full_id = "jan:" + model.id;
    if (Status named = add_files(file, content, key, model); !named) {
      model.error =
          Error{ErrorCode::InvalidModel, model.id + ": " + std::move(named.error().message)};
    }
    models_.push_back(std::move(model));
  }

  Status add_files(const fs::path& file, const Result<json>& content, const char* key,
                   FoundModel& model) const {
    if (!content) return fail(content.error());
    const Result<NamedFile> named = named_file(*content, key);
    if (!named) return damaged(printable_path(file) + ": " + named.error().message);
    model.path = named->path;
    if (!named->is_inside) {
      return damaged(printable_path(named->path) + ": links out of Jan's data");
    }
    add_projector(*content, model);
    return {};
  }

  void add_projector(const json& content, FoundModel& model) const {
    const auto given = content.find("mmproj_path");
    if (given == content.end() || given->is_null()) return;
    const Result<NamedFile> named = named_file(content, "mmproj_path");
    if (named && named->is_inside) {
      model.projector = named->path;
    } else {
      model.notes.push_back("Jan's projector is not used: " +
                            (named ? "it links out of Jan's data" : named.error().message));
    }
  }

  struct NamedFile {
    fs::path path;
    bool is_inside = true;  // where it must be
  };

  /// The file that a key names, or the first of its list.
  Result<NamedFile> named_file(const json& content, const char* key) const {
    const auto found = content.find(key);
    const json* value = found == content.end() ? nullptr : &*found;
    if (value != nullptr && value->is_array()) value = value->empty() ? nullptr : &value->front();
    const auto* text = value == nullptr ? nullptr : value->get_ptr<const std::string*>();
    if (text == nullptr || text->empty() || text->size() > kMaxPathBytes ||
        text->find('\0') != std::string::npos) {
      return damaged(std::string(key) + " must be the path of a file");
    }
    if (is_absolute(*text, system_)) return NamedFile{platform::text_path(*text)};
    std::string relative = *text;
    if (system_ == platform::System::Windows) std::ranges::replace(relative, '\\', '/');
    const fs::path below = platform::text_path(relative);
    if (below.has_root_path() || std::ranges::find(below, fs::path("..")) != below.end()) {
      return damaged(std::string(key) + " leads out of Jan's data: " + in_quotes(*text));
    }
    fs::path file = (data_ / below).lexically_normal();
    const bool is_inside = stays_inside(file);
    return NamedFile{std::move(file), is_inside};
  }

  /// A user may keep all of the data, or all of the models, elsewhere by a link.
  bool stays_inside(const fs::path& file) const {
    return lies_below(file, data_) || lies_below(file, root_);
  }

  fs::path data_;
  platform::System system_;
  fs::path root_;  // the folder of models that is looked at
  std::size_t room_ = kMaxScanEntries;
  std::vector<FoundModel> models_;
  std::set<std::string> ids_;
};

}  // namespace

std::vector<fs::path> jan_data_places(const UserEnvironment& environment) {
  if (fs::path given = environment.path("JAN_DATA_FOLDER"); !given.empty()) return {given};
  std::vector<fs::path> folders;
  for (const fs::path& folder : jan_folders(environment)) {
    if (fs::path data = data_folder_in(folder / "settings.json", environment.system);
        !data.empty()) {
      return {data};
    }
    folders.push_back(folder / "data");
  }
  return folders;
}

std::vector<fs::path> jan_model_folders(const fs::path& data) {
  return {data / "llamacpp" / "models", data / "models"};
}

std::vector<FoundModel> list_jan_models(const fs::path& data, platform::System system) {
  return JanStore(data, system).list();
}

}  // namespace pcai::models

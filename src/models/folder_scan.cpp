#include "models/folder_scan.h"

#include <algorithm>
#include <set>
#include <system_error>

#include "models/printable.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

bool is_gguf_name(const fs::path& path) {
  std::u8string extension = path.extension().u8string();
  for (char8_t& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char8_t>(c - 'A' + 'a');
  }
  return extension == u8".gguf";
}

class Scanner {
 public:
  explicit Scanner(int max_depth) : max_depth_(max_depth) {}

  FolderScan scan(const fs::path& root) {
    enter(root, 0);
    return std::move(found_);
  }

 private:
  void enter(const fs::path& folder, int depth) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    if (!error && !seen_.insert(real).second) return;
    std::vector<fs::directory_entry> entries;
    fs::directory_iterator at(folder, error);
    for (; !error && at != fs::directory_iterator() && room_ > 0; at.increment(error), --room_) {
      entries.push_back(*at);
    }
    if (error) found_.problems.push_back(printable_path(folder) + ": " + error.message());
    std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path(); });
    bool has_config = false;
    bool has_weights = false;
    for (const fs::directory_entry& entry : entries) {
      has_config |= entry.path().filename() == "config.json";
      has_weights |= is_safetensors_weight(entry.path().filename());
    }
    if (has_config && has_weights) found_.folders.push_back(folder);
    for (const fs::directory_entry& entry : entries) {
      if (!entry.is_directory(error)) {
        if (is_gguf_name(entry.path())) found_.files.push_back(entry.path());
      } else if (depth + 1 < max_depth_) {
        enter(entry.path(), depth + 1);
      } else if (max_depth_ == kMaxScanDepth) {
        found_.problems.push_back(printable_path(entry.path()) +
                                  ": is nested too deeply and was not searched");
      }
    }
    if (room_ == 0 && !is_full_) {
      is_full_ = true;
      found_.problems.push_back(printable_path(folder) +
                                ": contains too many files; the rest was not searched");
    }
  }

  int max_depth_;
  FolderScan found_;
  std::set<fs::path> seen_;
  std::size_t room_ = kMaxScanEntries;
  bool is_full_ = false;
};

}  // namespace

bool is_safetensors_weight(const fs::path& name) {
  return name.extension() == ".safetensors" && !platform::path_text(name).starts_with("adapter");
}

FolderScan scan_folder(const fs::path& root) {
  return Scanner(kMaxScanDepth).scan(root);
}

FolderScan scan_flat_folder(const fs::path& root) {
  return Scanner(1).scan(root);
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator() && entries.size() < kMaxScanEntries;
       at.increment(error)) {
    entries.push_back(at->path());
  }
  std::ranges::sort(entries);
  return entries;
}

std::vector<fs::path> existing(std::vector<fs::path> folders) {
  std::error_code error;
  std::erase_if(folders, [&](const fs::path& folder) { return !fs::is_directory(folder, error); });
  return folders;
}

bool lies_below(const fs::path& file, const fs::path& folder) {
  std::error_code error;
  const fs::path real_folder = fs::canonical(folder, error);
  if (error) return false;
  const fs::path real_file = fs::weakly_canonical(file, error);
  return !error && std::ranges::mismatch(real_folder, real_file).in1 == real_folder.end();
}

}  // namespace pcai::models

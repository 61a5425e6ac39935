#include "models/projector_beside.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "models/folder_scan.h"
#include "models/gguf/damaged.h"
#include "models/gguf/gguf_summary.h"
#include "models/names/letter_case.h"
#include "models/printable.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

std::string lower_name(const fs::path& path) {
  return lower(platform::path_text(path.filename()));
}

bool has_mark(const std::string& name) {
  return name.find("mmproj") != std::string::npos;
}

/// The projectors of a folder and of its folders for projectors, by their names.
std::vector<fs::path> projectors_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::path& entry : entries_of(folder)) {
    const std::string name = lower_name(entry);
    std::error_code error;
    if (has_mark(name) && fs::is_directory(entry, error)) {
      for (fs::path& file : entries_of(entry)) {
        if (lower_name(file).ends_with(".gguf")) files.push_back(std::move(file));
      }
    } else if (has_mark(name) && name.ends_with(".gguf")) {
      files.push_back(entry);
    }
  }
  std::ranges::stable_sort(files, {}, [](const fs::path& path) {
    const std::string name = lower_name(path);
    const bool half =
        name.find("f16") != std::string::npos && name.find("bf16") == std::string::npos;
    return (half ? "0" : "1") + name;
  });
  return files;
}

}  // namespace

std::optional<fs::path> projector_beside(const fs::path& model, std::uint32_t embedding_length,
                                         const fs::path& root) {
  fs::path folder = model.parent_path();
  for (int i = 0; i < kMaxScanDepth; ++i) {
    for (fs::path& file : projectors_in(folder)) {
      if (projector_fits(file, embedding_length)) return std::move(file);
    }
    if (folder == root || folder == folder.parent_path()) break;
    folder = folder.parent_path();
  }
  return std::nullopt;
}

Status projector_fits(const fs::path& projector, std::uint32_t embedding_length) {
  const auto summary = describe_gguf(projector);
  if (!summary) return fail(summary.error());
  if (summary->kind != GgufKind::Projector) {
    return damaged(printable_path(projector) + ": is not a projector");
  }
  if (summary->projection_length != embedding_length) {
    return damaged(printable_path(projector) + ": is a projector for another model");
  }
  return {};
}

}  // namespace pcai::models

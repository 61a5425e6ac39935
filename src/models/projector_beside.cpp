#include "models/projector_beside.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <vector>

#include "models/folder_scan.h"
#include "models/gguf/damaged.h"
#include "models/gguf/gguf_summary.h"
#include "models/printable.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

std::string lower_name(const fs::path& path) {
  std::string lower = platform::path_text(path.filename());
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

}  // namespace

std::optional<fs::path> projector_beside(const fs::path& model, std::uint32_t embedding_length) {
  std::vector<fs::path> candidates;
  std::error_code error;
  fs::directory_iterator at(model.parent_path(), error);
  for (std::size_t seen = 0; !error && at != fs::directory_iterator() && seen < kMaxScanEntries;
       at.increment(error), ++seen) {
    const std::string name = lower_name(at->path());
    if (name.find("mmproj") != std::string::npos && name.ends_with(".gguf")) {
      candidates.push_back(at->path());
    }
  }
  std::ranges::sort(candidates, {}, [](const fs::path& path) {
    const std::string name = lower_name(path);
    const bool half =
        name.find("f16") != std::string::npos && name.find("bf16") == std::string::npos;
    return (half ? "0" : "1") + name;
  });
  for (fs::path& candidate : candidates) {
    if (projector_fits(candidate, embedding_length)) return std::move(candidate);
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

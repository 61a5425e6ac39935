#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pcai::models {

/// What a scan found. The order depends only on names.
struct FolderScan {
  std::vector<std::filesystem::path> files;    // "*.gguf" in any case, whatever they contain
  std::vector<std::filesystem::path> folders;  // with config.json and safetensors, sound or not
  std::vector<std::string> problems;  // folders that could not be read, limits that were reached
};

/// Looks for GGUF files below `root`. Follows links to folders, but visits each folder once. Stops
/// `kMaxScanDepth` folders down and after `kMaxScanEntries` names.
FolderScan scan_folder(const std::filesystem::path& root);

/// The same, but only for files directly in `root`.
FolderScan scan_flat_folder(const std::filesystem::path& root);

/// True if a file of this name may hold weights of a model: "*.safetensors", no adapter's.
bool is_safetensors_weight(const std::filesystem::path& name);

/// The paths directly in a folder, sorted, at most `kMaxScanEntries`. Empty if it cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// Those of the folders that exist.
std::vector<std::filesystem::path> existing(std::vector<std::filesystem::path> folders);

/// True if the file is below the folder after all links are followed. The file need not exist.
bool lies_below(const std::filesystem::path& file, const std::filesystem::path& folder);

inline constexpr int kMaxScanDepth = 8;
inline constexpr std::size_t kMaxScanEntries = 100'000;

}  // namespace pcai::models

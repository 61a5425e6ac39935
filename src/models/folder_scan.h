#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace pcai::models {

/// What folder_scan came upon, in an order that depends on names alone.
struct FolderScan {
  std::vector<std::filesystem::path> files;  // "*.gguf" in any case, whatever they are
  std::vector<std::string> problems;         // folders that could not be read, limits that were met
};

/// Looks for GGUF files below `root`. Follows links to folders, each folder once; stops
/// `kMaxScanDepth` folders down and after `kMaxScanEntries` names.
FolderScan scan_folder(const std::filesystem::path& root);

/// Those that lie in `root` itself.
FolderScan scan_flat_folder(const std::filesystem::path& root);

/// Whether a file, which need not be there, lies below the folder when every link is followed.
bool lies_below(const std::filesystem::path& file, const std::filesystem::path& folder);

inline constexpr int kMaxScanDepth = 8;
inline constexpr std::size_t kMaxScanEntries = 100'000;

}  // namespace pcai::models

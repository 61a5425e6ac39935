#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace pcai::platform {

/// The folders of the control groups that this process belongs to, and of every group above them
/// that is visible, each group before its parent. Some of these folders may not exist.
struct ControlGroups {
  std::vector<std::filesystem::path> first;   // of version 1, in the hierarchy of one controller
  std::vector<std::filesystem::path> second;  // of version 2, where all controllers are in one
};

/// `controller` is "memory", "cpu" or "cpuset". /proc and /sys are looked for below `root`.
ControlGroups control_groups(const std::filesystem::path& root, std::string_view controller);

}  // namespace pcai::platform

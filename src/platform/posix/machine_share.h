#pragma once

#include <filesystem>

#include "platform/memory.h"

namespace pcai::platform {

/// What a Linux machine has, reduced to the limits of this process's control groups: of its own
/// group and every group above, the tightest limit wins. Each call reads /proc and /sys below
/// `root`. A file that is missing or makes no sense sets no limit.
class MachineShare {
 public:
  explicit MachineShare(std::filesystem::path root = "/") : root_(std::move(root)) {}

  /// File pages that the kernel can drop count as free.
  Memory memory() const;

  /// The number of usable processors, given that the process may run on `allowed` of them: limited
  /// by quotas of time, rounded up, and by sets of processors. At least 1.
  unsigned processors(unsigned allowed) const;

 private:
  std::filesystem::path root_;
};

}  // namespace pcai::platform

#pragma once

#include <filesystem>

#include "platform/memory.h"

namespace pcai::platform {

/// What a Linux machine has, and what of it the control groups of this process leave it: the
/// tightest limit of its own group and of those above counts. Reads /proc and /sys below `root`
/// with each call. Whatever is missing there or makes no sense sets no limit.
class MachineShare {
 public:
  explicit MachineShare(std::filesystem::path root = "/") : root_(std::move(root)) {}

  /// What was read from files and can be dropped counts as free.
  Memory memory() const;

  /// `allowed`, which the process may run on, or fewer: quotas of time, rounded up, and sets of
  /// processors. At least 1.
  unsigned processors(unsigned allowed) const;

 private:
  std::filesystem::path root_;
};

}  // namespace pcai::platform

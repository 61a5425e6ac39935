#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/inference_backend.h"
#include "core/result.h"

namespace pcai::backend {

/// What a path says of a model's format: the ending of a file, "safetensors" for a folder; "" =
/// nothing.
std::string format_of(const std::filesystem::path& path);

bool reads(const BackendDescriptor& backend, std::string_view format);

/// One backend that this program knows, whether it can be used or not.
struct BackendEntry {
  std::string name;
  bool built = false;
  std::string why_not = {};  // why it cannot be used; empty = it can
  BackendDescriptor descriptor = {};
  std::function<Result<std::unique_ptr<InferenceBackend>>()> create = {};  // null when not usable
  std::function<std::string()> kernels = {};  // which of our CPU kernels run; null = it takes none
};

/// The backends of a process. The app or the C ABI fills it at start-up. From then on it is only
/// read, by any thread.
class BackendRegistry {
 public:
  void add(BackendEntry entry);

  const std::vector<BackendEntry>& entries() const noexcept { return entries_; }

  /// The entry of that name, usable or not; null when there is none. Valid until the next add().
  const BackendEntry* entry(std::string_view name) const noexcept;

  /// Finds the usable backend of that name; "auto" or "" is the first usable one. Fails with
  /// InvalidRequest if the name is unknown, and with Unsupported, with the reason, if the backend
  /// cannot be used. The result is valid until the next add().
  Result<const BackendEntry*> find(std::string_view preferred) const;

  /// Finds the backend as find() does and creates it. Fails in addition with what its creation
  /// fails with.
  Result<std::unique_ptr<InferenceBackend>> create_backend(std::string_view preferred) const;

 private:
  std::vector<BackendEntry> entries_;
};

}  // namespace pcai::backend

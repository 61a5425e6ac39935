#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/models/created_model.h"
#include "core/parameters/defaults.h"
#include "core/result.h"

namespace pcai::models {

/// The models that requests made, one small JSON file each, and the files that clients uploaded for
/// them. Both are below pcai's own models folder. Several processes may use it: a file is replaced
/// as a whole.
class CreatedStore {
 public:
  explicit CreatedStore(const std::filesystem::path& own_folder)
      : records_(own_folder / "created"), blobs_(own_folder / "blobs") {}

  /// All models, by name. A damaged file is left out.
  std::vector<CreatedModel> list() const;

  std::optional<CreatedModel> find(std::string_view name) const;

  /// Adds the model, or replaces the one of that name. Fails with InvalidRequest if the name is too
  /// long or there are too many models, and with Internal if the file cannot be written.
  Status put(const CreatedModel& model) const;

  /// Removes the model, and those of its blobs that no other model has.
  Status remove(const CreatedModel& model) const;

  /// Where the blob of that name ("sha256-…") is, or would be.
  std::filesystem::path blob_path(std::string_view blob) const;

 private:
  std::filesystem::path records_;
  std::filesystem::path blobs_;
};

/// What a created model changes, as far as it is used here, and a note for the rest.
struct CreatedSettings {
  ModelDefaults defaults = {};
  std::optional<std::uint32_t> context = {};
  std::vector<std::string> notes = {};
};

CreatedSettings settings_of(const CreatedModel& model);

inline constexpr std::size_t kMaxCreatedModels = 1024;

}  // namespace pcai::models

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "hub/pull.h"

namespace pcai::app {

/// A model that `pcai pull` gets by a short name.
struct KnownModel {
  std::string name;    // "qwen3:0.6b"
  std::string model;   // "hf:owner/repository:file"
  std::string sha256;  // of the file; empty = any (only in a user's own list)
};

/// The default model, those of known_models.toml beside this file, and those of the files of that
/// name in the settings' folders, which replace others of their name. Fails with InvalidRequest for
/// a damaged file.
Result<std::vector<KnownModel>> known_models();

/// The entries of such a file's text; `file` is for errors. Fails with InvalidRequest.
Result<std::vector<KnownModel>> parse_known_models(std::string_view text, const std::string& file);

/// The one of that name, in any letter case; "qwen3" is the first that begins with "qwen3:". Null
/// if there is none.
const KnownModel* find_known(const std::vector<KnownModel>& models, std::string_view name);

/// As hub::pull_model. Fails with InvalidModel, before the first byte, if the hub has another file
/// under this name.
Result<hub::PulledModel> pull_known(const KnownModel& model, const hub::HubOptions& options,
                                    hub::PullProgress& progress);

}  // namespace pcai::app

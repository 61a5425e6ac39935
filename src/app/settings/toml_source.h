#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "app/settings/settings.h"
#include "models/environment.h"

namespace pcai::app {

/// The folders of settings files: $XDG_CONFIG_HOME/pcai (~/.config where that is not set), then
/// /etc/pcai. The current folder is none: a file found there might be anybody's.
std::vector<std::filesystem::path> settings_folders(
    const Environment& environment, platform::System system = platform::own_system());

/// The pcai.toml to read when none is named: the first that exists in these folders, nothing when
/// none does.
std::optional<std::filesystem::path> find_settings_file(
    const Environment& environment, platform::System system = platform::own_system());

/// What a settings file says.
struct FileSettings {
  std::vector<GivenValue> given;
  std::vector<ModelSection> models;  // in the file's order
};

/// Reads a pcai.toml. Fails with InvalidRequest, naming file and line, when it cannot be read or
/// parsed, has an unknown key (with a suggestion) or a value of the wrong type. "~/" in a path is
/// the home folder; a relative path starts from the file's folder.
Result<FileSettings> read_settings_file(const std::filesystem::path& file,
                                        const Environment& environment,
                                        platform::System system = platform::own_system());

}  // namespace pcai::app

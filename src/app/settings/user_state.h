#pragma once

#include <filesystem>
#include <string>

#include "models/environment.h"

namespace pcai::app {

/// Where pcai keeps what it remembers of a user between two runs: $XDG_STATE_HOME/pcai, or
/// ~/.local/state/pcai; on Windows %LOCALAPPDATA%\pcai\state. Empty if there is no home folder. It
/// need not exist.
std::filesystem::path state_folder(const models::UserEnvironment& environment = {});

/// The file in it that keeps what was typed in chats, in a folder that is there; empty if it
/// cannot be made.
std::filesystem::path history_file();

/// The full id of the model that a person used last; empty = none is known.
std::string last_model();

/// Remembers it. That it cannot be written is no error: the next run asks again.
void remember_model(const std::string& full_id);

}  // namespace pcai::app

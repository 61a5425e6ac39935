#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/environment.h"

namespace pcai::models {

// Programs that keep models in a folder of the user's. They are only ever read.

/// llama.cpp's own flat cache of before March 2026, and what LLAMA_CACHE names, whose files may lie
/// flat, too.
std::vector<std::filesystem::path> llama_cpp_model_places(const UserEnvironment& environment = {});

/// GPT4All's folder and that of its bindings.
std::vector<std::filesystem::path> gpt4all_model_places(const UserEnvironment& environment = {});

/// Jan's own folders, of settings and of data. Linux has had two, the newer is first.
std::vector<std::filesystem::path> jan_folders(const UserEnvironment& environment = {});

}  // namespace pcai::models

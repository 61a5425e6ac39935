#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/environment.h"

namespace pcai {

// Programs whose models are plain GGUF files in a folder. They are only ever read.

/// llama.cpp's own flat cache of before March 2026.
std::vector<std::filesystem::path> llama_cpp_model_places(const UserEnvironment& environment = {});

/// GPT4All's folder and that of its bindings.
std::vector<std::filesystem::path> gpt4all_model_places(const UserEnvironment& environment = {});

/// Jan's folders of models below its data folder.
std::vector<std::filesystem::path> jan_model_places(const UserEnvironment& environment = {});

}  // namespace pcai

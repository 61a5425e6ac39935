#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/environment.h"

namespace pcai::models {

// The places of huggingface_hub, by its own rules, with one exception: an empty variable counts as
// one that is not set.

/// HF_HOME, else "huggingface" below XDG_CACHE_HOME or ~/.cache. Empty if there is no home.
std::filesystem::path hugging_face_home(const UserEnvironment& environment = {});

/// Where this user's Hugging Face cache is, and llama.cpp's cache if LLAMA_CACHE names one. They
/// need not exist.
std::vector<std::filesystem::path> hugging_face_model_places(
    const UserEnvironment& environment = {});

/// Those that exist.
std::vector<std::filesystem::path> hugging_face_model_paths();

/// The token: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, or else the file of `hf auth login`, at
/// HF_TOKEN_PATH or in hugging_face_home(). Without line ends and blanks around it. Empty if there
/// is none, or if HF_HUB_DISABLE_IMPLICIT_TOKEN forbids to send one that nobody asked for.
std::string hugging_face_token(const UserEnvironment& environment = {});

/// True if HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE says so.
bool hugging_face_is_offline(const UserEnvironment& environment = {});

}  // namespace pcai::models

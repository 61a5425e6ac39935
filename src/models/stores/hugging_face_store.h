#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"
#include "models/found_model.h"

namespace pcai::models {

/// Where this user's Hugging Face cache is, and llama.cpp's cache if LLAMA_CACHE names one. They
/// need not exist.
std::vector<std::filesystem::path> hugging_face_model_places(
    const UserEnvironment& environment = {});

/// Those that exist.
std::vector<std::filesystem::path> hugging_face_model_paths();

/// Lists the GGUF files of a cache as "<owner>/<repository>/<file>": of each repository those of
/// its main branch, or else of its first one. Only id, path, source and error are filled. Never
/// writes.
std::vector<FoundModel> list_hugging_face_models(const std::filesystem::path& cache);

}  // namespace pcai::models

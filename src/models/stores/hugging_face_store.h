#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"
#include "models/found_model.h"

namespace pcai::models {

/// Where the Hugging Face cache of this user would be, and llama.cpp's where LLAMA_CACHE names one.
std::vector<std::filesystem::path> hugging_face_model_places(
    const UserEnvironment& environment = {});

/// Those of them that exist.
std::vector<std::filesystem::path> hugging_face_model_paths();

/// The GGUF files of a cache, each repository's as of its main branch (else of its first), as
/// "<owner>/<repository>/<file>". Only id, path, source and error are filled. Never writes.
std::vector<FoundModel> list_hugging_face_models(const std::filesystem::path& cache);

}  // namespace pcai::models

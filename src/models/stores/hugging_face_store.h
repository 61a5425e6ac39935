#pragma once

#include <filesystem>
#include <vector>

#include "models/found_model.h"
#include "models/stores/hugging_face_places.h"

namespace pcai::models {

/// Lists the models of a cache as "<owner>/<repository>/<file>": GGUF files, and snapshots of
/// safetensors as "<owner>/<repository>". Of each repository the main branch comes first, then the
/// other branches and tags by name, then further snapshots, the newest first. A file of a later one
/// that an earlier one has, too, is listed only if it is another file, as "…@REVISION:file". Only
/// ids, path, source and error are filled. Never writes.
std::vector<FoundModel> list_hugging_face_models(const std::filesystem::path& cache);

}  // namespace pcai::models

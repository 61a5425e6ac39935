#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"
#include "models/found_model.h"

namespace pcai::models {

/// Where Jan keeps its data: in JAN_DATA_FOLDER, or where its settings.json says, or in its default
/// folders, of which Linux has had two. They need not exist.
std::vector<std::filesystem::path> jan_data_places(const UserEnvironment& environment = {});

/// The folders below its data in which Jan keeps models, today and before 2025.
std::vector<std::filesystem::path> jan_model_folders(const std::filesystem::path& data);

/// Lists the models that Jan's files name: `llamacpp/models/ID/model.yml`, and from before 2025
/// `models/**/*.yml`. A relative path in them must stay below `data` even after links are followed.
/// An absolute path is a file that the user gave to Jan, and may be anywhere. `error` is set if the
/// .yml is bad. The model file itself is not read. Never writes.
std::vector<FoundModel> list_jan_models(const std::filesystem::path& data,
                                        platform::System system = platform::own_system());

}  // namespace pcai::models

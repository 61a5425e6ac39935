#pragma once

#include <filesystem>
#include <vector>

#include "models/environment.h"
#include "models/found_model.h"

namespace pcai {

/// Where Jan would keep its data: JAN_DATA_FOLDER, else what its settings.json says, else its own
/// folders, of which Linux has had two.
std::vector<std::filesystem::path> jan_data_places(const UserEnvironment& environment = {});

/// Where below its data Jan keeps models, of today and of before 2025.
std::vector<std::filesystem::path> jan_model_folders(const std::filesystem::path& data);

/// The models that Jan's files name: `llamacpp/models/ID/model.yml`, and those of before 2025,
/// `models/**/*.yml`. A relative path in them stays below `data`, links included; an absolute one
/// is a file that the user gave to Jan, and may be anywhere. `error` is set where the .yml is bad;
/// what a model file says itself is not filled in. Never writes.
std::vector<FoundModel> list_jan_models(const std::filesystem::path& data,
                                        platform::System system = platform::own_system());

}  // namespace pcai

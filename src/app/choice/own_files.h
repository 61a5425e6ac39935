#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/result.h"
#include "models/found_model.h"

namespace pcai::app {

/// All files of a model in pcai's own folder; of a split one also those that have lost the others.
/// Fails with InvalidRequest for a model that is elsewhere, and says who can remove it.
Result<std::vector<std::filesystem::path>> own_files_of(const models::FoundModel& model);

/// Removes them, what pulls of them have left behind, and the folders that are empty then. `tell`
/// gets each file; when it returns false, the rest stays. Fails with Internal.
Status remove_own_files(const std::vector<std::filesystem::path>& files,
                        const std::function<bool(const std::filesystem::path&)>& tell);

}  // namespace pcai::app

#pragma once

#include <filesystem>
#include <optional>

#include "models/found_model.h"
#include "platform/files.h"

namespace pcai::models {

/// Fills what the header of the model's file says, and its projector; `error` if it is damaged.
void describe(FoundModel& model);

/// Takes the description of another name of the same file.
void take_description(FoundModel& model, const FoundModel& same);

/// True if the model may share its description with other names of its file.
bool may_share_description(const FoundModel& model);

/// Nothing for what is more than one file, and where there is none.
std::optional<platform::FileIdentity> identity_of(const FoundModel& model);

/// The model, described. Fails with InvalidModel if it is damaged or no model of its own.
Result<FoundModel> usable(FoundModel model);

}  // namespace pcai::models

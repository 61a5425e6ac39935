#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/parameters/defaults.h"

namespace pcai::models {

/// What a store's file says of a model's default; nothing where no default is of that kind, or the
/// number is too large for any.
std::optional<ParameterValue> read_default_value(const nlohmann::json& value);

}  // namespace pcai::models

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/defaults.h"

namespace pcai {

/// Reads a model's default from a store's file. Returns nothing if no default has a value of that
/// kind, or if the number is too large for any.
std::optional<DefaultValue> read_default_value(const nlohmann::json& value);

}  // namespace pcai

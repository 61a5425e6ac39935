#pragma once

#include <optional>

#include "grammar/schema_walk.h"

namespace pcai::grammar {

/// Rewrites what llguidance would enforce only in part (formats, patterns, references in "oneOf"),
/// and finds what it would enforce wrongly. Definitions that nothing refers to are left alone.
std::optional<SchemaFault> apply_rules(OrderedJson& schema);

}  // namespace pcai::grammar

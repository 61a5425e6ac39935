#pragma once

#include <optional>

#include "grammar/schema_walk.h"

namespace pcai::grammar {

/// Finds a schema whose every instance contains another instance of it, so that an answer that
/// begins one could never end. Schemas that nothing uses are ignored.
std::optional<SchemaFault> find_endless(OrderedJson& root);

}  // namespace pcai::grammar

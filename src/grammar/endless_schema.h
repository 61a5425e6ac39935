#pragma once

#include <optional>

#include "grammar/schema_walk.h"

namespace pcai::grammar {

/// Finds a schema whose every instance has another instance of it inside, so that no answer that
/// begins one could end. Schemas that nothing uses do not count.
std::optional<SchemaFault> find_endless(OrderedJson& root);

}  // namespace pcai::grammar

#pragma once

#include "grammar/schema/schema_faults.h"
#include "grammar/schema/schema_walk.h"

namespace pcai::grammar {

/// Finds the schemas whose every instance contains another instance of it, so that an answer that
/// begins one could never end; nothing of them but their type is kept. Schemas that nothing uses
/// are ignored.
void end_endless(OrderedJson& root, SchemaFaults& faults);

}  // namespace pcai::grammar

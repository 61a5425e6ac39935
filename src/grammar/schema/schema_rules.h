#pragma once

#include "grammar/schema/schema_faults.h"
#include "grammar/schema/schema_walk.h"

namespace pcai::grammar {

/// Rewrites what llguidance would enforce only in part (formats, patterns), and finds what it would
/// enforce wrongly, which is left out. Definitions that nothing refers to are left alone.
void apply_rules(OrderedJson& schema, SchemaFaults& faults);

}  // namespace pcai::grammar

#pragma once

#include "grammar/schema/schema_faults.h"
#include "grammar/schema/schema_logic.h"

namespace pcai::grammar {

/// Takes "uniqueItems" out of a schema and lists the arrays instead: in any order if they are few,
/// in the order of the values if they are not. A fault where the values have no end, or are many.
void list_distinct_items(OrderedJson& schema, const SchemaLogic& logic, SchemaFaults& faults);

/// Takes "contains", "minContains" and "maxContains" out of a schema and says for each place where
/// the items may stand what the others are. In long arrays they are among the first.
void place_contained_items(OrderedJson& schema, const SchemaLogic& logic, SchemaFaults& faults);

}  // namespace pcai::grammar

#pragma once

#include "grammar/schema/schema_faults.h"
#include "grammar/schema/schema_logic.h"

namespace pcai::grammar {

/// Says one schema (not those below it) in the keywords that llguidance knows: no "not", "if",
/// "dependentRequired", "dependentSchemas", "propertyNames", "contains", "uniqueItems", and "oneOf"
/// only where it cannot be said otherwise. What there is no way to say is a fault, and is left out.
OrderedJson in_plain_words(OrderedJson schema, const SchemaLogic& logic, SchemaFaults& faults);

}  // namespace pcai::grammar

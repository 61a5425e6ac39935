#pragma once

#include <string>

#include "grammar/schema/json_schema.h"
#include "grammar/schema/schema_walk.h"

namespace pcai::grammar {

/// The text of a rewritten schema, with llguidance's options.
std::string text_for_llguidance(const OrderedJson& schema);

/// Finds what llguidance does not compile: the innermost schema, and its keyword if one alone is
/// at fault. Where faults are left out, goes on until the rest compiles. Asks a bounded number of
/// times.
void check_schema(OrderedJson& schema, const ValidateSchema& validate, SchemaFaults& faults);

}  // namespace pcai::grammar

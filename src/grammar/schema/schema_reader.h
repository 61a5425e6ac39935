#pragma once

#include "grammar/schema/schema_faults.h"
#include "grammar/schema/schema_walk.h"

namespace pcai::grammar {

/// A copy of a client's schema that is easier to work on: annotations and unknown keywords are
/// gone, tuples are "prefixItems", what is referred to stands in the root's "$defs" under a number,
/// and every schema says under kPlace where the client wrote it. Definitions that nothing refers
/// to are left out.
OrderedJson read_schema(const OrderedJson& source, SchemaFaults& faults);

}  // namespace pcai::grammar

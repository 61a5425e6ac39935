#pragma once

#include "grammar/schema/schema_faults.h"
#include "grammar/schema/schema_walk.h"

namespace pcai::grammar {

/// Rewrites a document of read_schema() in the keywords that llguidance knows (in_plain_words()),
/// and closes objects: those that say so with "unevaluatedProperties", and, unless `open_objects`,
/// those that list members and do not say whether there may be others. The size of what comes out
/// is bounded; what is larger is a fault of the root.
OrderedJson rewrite_schema(const OrderedJson& document, bool open_objects, SchemaFaults& faults);

}  // namespace pcai::grammar

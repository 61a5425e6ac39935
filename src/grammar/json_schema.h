#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "grammar/schema_walk.h"

namespace pcai::grammar {

/// Prepares a schema's text for llguidance. Answers will be on one line, with one blank after ":"
/// and ",", so that no answer can go on with blanks for ever and more tokens are forced. Each
/// character has one spelling only, so that an answer cannot evade the schema by spelling a name
/// differently. Fails with InvalidRequest if the text is not JSON, is nested too deeply, contains
/// llguidance's own options ("x-guidance"), or has something that llguidance would enforce wrongly.
Result<std::string> prepare_schema(std::string_view source);

/// Finds the innermost part of a prepared schema for which `validate` gives a reason ("" = no
/// fault). Tries a bounded number of parts.
SchemaFault find_fault(const std::string& source,
                       const std::function<std::string(const std::string&)>& validate);

}  // namespace pcai::grammar

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "grammar/schema_walk.h"

namespace pcai::grammar {

/// A schema's text as llguidance gets it. Instances are on one line, with one blank after ':' and
/// ',', so that no answer can go on with blanks for ever and more of it is forced; a character is
/// written in one way only, so that no name is written around its schema. Fails with
/// InvalidRequest: not JSON, nested too deep, with llguidance's own options ("x-guidance") in it,
/// or with what llguidance would enforce wrongly.
Result<std::string> prepare_schema(std::string_view source);

/// The innermost part of a prepared schema for which `validate` gives a reason ("" = fine). Tries a
/// bounded number of parts.
SchemaFault find_fault(const std::string& source,
                       const std::function<std::string(const std::string&)>& validate);

}  // namespace pcai::grammar

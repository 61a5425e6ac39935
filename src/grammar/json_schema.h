#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai {

/// A schema's text as llguidance gets it: instances are on one line, with one blank after ':' and
/// ',', so that no answer can go on with blanks for ever and more of it is forced. Fails with InvalidRequest: not JSON, nested too deep, or
/// with llguidance's own options ("x-guidance") in it.
Result<std::string> prepare_schema(std::string_view source);

/// Where in a schema something is wrong: "$.properties.age", and why.
struct SchemaFault {
  std::string path;
  std::string reason;
};

/// The innermost part of a prepared schema for which `validate` gives a reason ("" = fine). Tries a
/// bounded number of parts.
SchemaFault find_fault(const std::string& source,
                       const std::function<std::string(const std::string&)>& validate);

}  // namespace pcai

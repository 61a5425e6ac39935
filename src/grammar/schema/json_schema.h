#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "grammar/schema/schema_faults.h"

namespace pcai::grammar {

/// How a schema is enforced.
struct SchemaOptions {
  bool relaxed = false;       // leave out what cannot be enforced, instead of refusing the schema
  bool open_objects = false;  // objects that list members may have others, unless they say no
};

/// A schema's text for llguidance, and what of it is left out.
struct PreparedSchema {
  std::string text;
  std::vector<SchemaFault> left_out;
};

/// Says why llguidance does not compile a schema's text; "" = it does.
using ValidateSchema = std::function<std::string(const std::string&)>;

/// Prepares a schema's text for llguidance. Answers will be on one line, with one blank after ":"
/// and ",", so that no answer can go on with blanks for ever and more tokens are forced. Each
/// character has one spelling only, so that an answer cannot evade the schema by spelling a name
/// differently. Fails with InvalidRequest if the text is not JSON or nested too deeply, and, unless
/// relaxed, if something cannot be enforced: the error's field is then the place below the root.
Result<PreparedSchema> prepare_schema(std::string_view source, SchemaOptions options,
                                      const ValidateSchema& validate);

}  // namespace pcai::grammar

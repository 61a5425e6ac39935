#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/field.h"
#include "core/grammar.h"

namespace pcai::openai {

/// Where the members of a JSON schema stand: in `json_schema` (chat completions), or beside `type`
/// (responses).
enum class FormatShape : std::uint8_t { Nested, Flat };

/// Reads `response_format` or `text.format`: text, json_object, json_schema, and three of our
/// own, {"type":"regex","regex":…} and the same with lark and gbnf. Sets the grammar, none for
/// text.
Status read_format(api::Json& object, const std::string& path, FormatShape shape,
                   api::Warnings& warnings, std::optional<Grammar>& grammar);

/// Where the schema of a format stands that was read: "" = it has none.
std::string schema_path(const api::Json& format, const std::string& path, FormatShape shape);

}  // namespace pcai::openai

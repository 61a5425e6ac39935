#pragma once

#include <string>
#include <vector>

#include "api/field.h"
#include "core/tool.h"

namespace pcai::openai {

/// Where a function's members stand: in a member `function` (chat completions), or beside `type`
/// (responses).
enum class ToolShape : std::uint8_t { Nested, Flat };

/// Reads `tools`. Checks each definition: name, uniqueness, schema. Tools other than functions fail
/// with Unsupported.
Status read_tools(api::Json& array, const std::string& path, ToolShape shape, ToolOptions& tools);

/// Reads `tool_choice`: none, auto, required, one function, or a list of allowed ones. Call it
/// after read_tools(), because it may use the names of tools. A function that is named is called
/// once.
Status read_tool_choice(api::Json& value, const std::string& path, ToolShape shape,
                        ToolOptions& tools);

/// Reads chat completions' older `functions` and `function_call`: at most one call per answer.
Status read_functions(api::Json& array, const std::string& path, ToolOptions& tools);
Status read_function_call(api::Json& value, const std::string& path, ToolOptions& tools);

/// The members of a function's definition, for the API's description.
std::span<const api::Field<ToolDefinition>> function_fields();

}  // namespace pcai::openai

#pragma once

#include <string>
#include <vector>

#include "api/field.h"
#include "core/tool.h"

namespace pcai::openai {

/// Where a function's members are: in a member `function` (chat completions), or beside `type`
/// (responses).
enum class ToolShape : std::uint8_t { Nested, Flat };

/// Reads `tools`. Each definition is checked: name, uniqueness, schema. Kinds other than functions
/// are Unsupported.
Status read_tools(api::Json& array, const std::string& path, ToolShape shape, ToolOptions& tools);

/// Reads `tool_choice`: none, auto, required, one function or a list of allowed ones. Comes after
/// read_tools(), whose names it may use. A function that is named is called once.
Status read_tool_choice(api::Json& value, const std::string& path, ToolShape shape,
                        ToolOptions& tools);

/// Reads chat completions' older `functions` and `function_call`: at most one call an answer.
Status read_functions(api::Json& array, const std::string& path, ToolOptions& tools);
Status read_function_call(api::Json& value, const std::string& path, ToolOptions& tools);

/// The members of a function's definition, for the API's description.
std::span<const api::Field<ToolDefinition>> function_fields();

}  // namespace pcai::openai

#pragma once

#include <string>
#include <vector>

#include "api/field.h"
#include "core/tool.h"

namespace pcai::openai {

/// Where a function's members stand: in a member `function` (chat completions), or beside `type`
/// (responses).
enum class ToolShape : std::uint8_t { Nested, Flat };

/// Reads `tools`. Checks each definition: name, uniqueness, schema. Tools of any other type than
/// function are for a service to run: they are left out with a warning.
Status read_tools(api::Json& array, const std::string& path, ToolShape shape, ToolOptions& tools,
                  api::Warnings& warnings);

/// Reads `tool_choice`: none, auto, required, one function, or a list of allowed ones. Call it
/// after read_tools(), because it may use the names of tools. A function that is named is called
/// once. A tool that was left out cannot be chosen.
Status read_tool_choice(api::Json& value, const std::string& path, ToolShape shape,
                        ToolOptions& tools, api::Warnings& warnings);

/// Reads chat completions' older `functions` and `function_call`: at most one call per answer.
Status read_functions(api::Json& array, const std::string& path, ToolOptions& tools,
                      api::Warnings& warnings);
Status read_function_call(api::Json& value, const std::string& path, ToolOptions& tools,
                          api::Warnings& warnings);

/// The members of a function's definition, for the API's description.
std::span<const api::Field<ToolDefinition>> function_fields();

}  // namespace pcai::openai

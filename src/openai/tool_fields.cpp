#include "openai/tool_fields.h"

#include <algorithm>

#include "api/fields/schema_text.h"

namespace pcai::openai {
namespace {

constexpr Range kNameBytes{1, kMaxToolNameBytes};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':' || c == '/';
}

Status read_name(api::Json& value, const std::string& path, ToolDefinition& tool) {
  tool.name = std::move(value.get_ref<std::string&>());
  if (std::all_of(tool.name.begin(), tool.name.end(), is_name_character)) return {};
  return fail(
      ErrorCode::InvalidRequest,
      path + " may have letters, digits and any of '_-.:/', not " + api::quote_text(tool.name),
      path);
}

Status read_parameters(api::Json& value, const std::string& path, ToolDefinition& tool) {
  auto text = api::arguments_schema(value, path);
  if (!text) return fail(std::move(text).error());
  tool.parameters = *std::move(text);
  return {};
}

/// Calls are held to their schema in any case.
Status read_strict(api::Json&, const std::string&, ToolDefinition&) {
  return {};
}

/// A definition: its members and those of `beside`.
Status add_function(api::Json& object, const std::string& path,
                    std::span<const api::Field<ToolDefinition>> beside, ToolOptions& tools,
                    api::Warnings& warnings) {
  ToolDefinition tool;
  Status read =
      api::read_fields(object, path, warnings, api::FieldSet<ToolDefinition>{beside, tool},
                       api::FieldSet<ToolDefinition>{function_fields(), tool});
  if (!read) return read;
  const auto same = [&](const ToolDefinition& other) { return other.name == tool.name; };
  if (std::any_of(tools.definitions.begin(), tools.definitions.end(), same)) {
    const std::string where = api::member_path(path, "name");
    return fail(ErrorCode::InvalidRequest,
                where + ": " + api::quote_text(tool.name) + " occurs twice; names must differ",
                where);
  }
  tools.definitions.push_back(std::move(tool));
  return {};
}

Status read_nested(api::Json& value, const std::string& path, ToolOptions& tools,
                   api::Warnings& warnings) {
  return add_function(value, path, {}, tools, warnings);
}

Status read_tool(api::Json& object, const std::string& path, ToolShape shape, ToolOptions& tools,
                 api::Warnings& warnings) {
  static const std::vector<api::Field<ToolOptions>> kNested = {
      api::type_field<ToolOptions>(),
      api::required(api::telling<ToolOptions>({"function", api::FieldType::Object}, read_nested))};
  static const std::vector<api::Field<ToolDefinition>> kBesideFlat = {
      api::type_field<ToolDefinition>()};
  if (shape == ToolShape::Flat) return add_function(object, path, kBesideFlat, tools, warnings);
  return api::read_fields(object, path, warnings, api::FieldSet<ToolOptions>{kNested, tools});
}

/// A tool without a type is a function.
Result<std::string> type_of(api::Json& tool, const std::string& path) {
  if (tool.is_object() && !api::find_member(tool, "type")) return "function";
  return api::read_type(tool, path);
}

}  // namespace

std::span<const api::Field<ToolDefinition>> function_fields() {
  using T = ToolDefinition;
  static const std::vector<api::Field<T>> kFields = {
      api::required(api::Field<T>{{"name", api::FieldType::String, kNameBytes, "",
                                   "Letters, digits, '_', '-', '.', ':' or '/'"},
                                  read_name}),
      api::field<&T::description>("description", {}, "Description for the model"),
      {{"parameters", api::FieldType::Object, {}, "", "JSON schema of the arguments; absent: none"},
       read_parameters},
      {{"strict", api::FieldType::Boolean, {}, "", "Arguments always match the schema"},
       read_strict},
  };
  return kFields;
}

Status read_tools(api::Json& array, const std::string& path, ToolShape shape, ToolOptions& tools,
                  api::Warnings& warnings) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string where = item_path(path, i);
    const auto type = type_of(array[i], where);
    if (!type) return fail(type.error());
    if (*type != "function") {
      warnings.add(api::tool_left_out(where, *type));
    } else if (Status read = read_tool(array[i], where, shape, tools, warnings); !read) {
      return read;
    }
  }
  return {};
}

Status read_functions(api::Json& array, const std::string& path, ToolOptions& tools,
                      api::Warnings& warnings) {
  if (!tools.definitions.empty()) {
    return fail(ErrorCode::InvalidRequest,
                path + " is the older form of tools; send only one of them", path);
  }
  for (std::size_t i = 0; i < array.size(); ++i) {
    Status added = read_nested(array[i], item_path(path, i), tools, warnings);
    if (!added) return added;
  }
  tools.parallel = false;
  return {};
}

}  // namespace pcai::openai

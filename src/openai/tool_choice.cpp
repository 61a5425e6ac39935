#include "openai/tool_fields.h"

namespace pcai::openai {
namespace {

/// A choice on its way in.
struct Draft {
  ToolOptions& tools;
  ToolShape shape;
  api::Warnings& warnings;
  bool required = false;
};

using Fields = std::vector<api::Field<Draft>>;

Status read_object(api::Json& object, const std::string& path, const Fields& fields, Draft& draft) {
  return api::read_fields(object, path, draft.warnings, api::FieldSet<Draft>{fields, draft});
}

Status unsupported_type(const std::string& path, const std::string& type) {
  const std::string where = api::member_path(path, "type");
  return fail(ErrorCode::Unsupported,
              where + ": tools of type " + api::quote_text(type) +
                  " are not run here, so that none can be chosen; choose a function",
              where);
}

Status read_name(api::Json& value, const std::string& path, Draft& draft) {
  const std::string& name = value.get_ref<const std::string&>();
  for (const ToolDefinition& tool : draft.tools.definitions) {
    if (tool.name != name) continue;
    draft.tools.allowed.push_back(name);
    return {};
  }
  return fail(
      ErrorCode::InvalidRequest,
      path + ": " + api::quote_text(name) + " is not the name of a function of this request", path);
}

const api::Field<Draft>& name_field() {
  static const api::Field<Draft> kName =
      api::required(api::Field<Draft>{{"name", api::FieldType::String}, read_name});
  return kName;
}

Status read_nested_name(api::Json& value, const std::string& path, Draft& draft) {
  static const Fields kFields = {name_field()};
  return read_object(value, path, kFields, draft);
}

/// One function, in the shape of the route. Clients of both shapes send the flat one to either.
Status read_function(api::Json& object, const std::string& path, Draft& draft) {
  static const Fields kNested = {
      api::type_field<Draft>(),
      api::required(api::Field<Draft>{{"function", api::FieldType::Object}, read_nested_name})};
  static const Fields kFlat = {api::type_field<Draft>(), name_field()};
  const bool nested =
      draft.shape == ToolShape::Nested && (api::find_member(object, "function") != nullptr ||
                                           api::find_member(object, "name") == nullptr);
  return read_object(object, path, nested ? kNested : kFlat, draft);
}

Status read_mode(api::Json& value, const std::string&, Draft& draft) {
  draft.required = value == "required";
  return {};
}

Status read_allowed_tools(api::Json& array, const std::string& path, Draft& draft) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string where = item_path(path, i);
    const auto type = api::read_type(array[i], where);
    if (!type) return fail(type.error());
    if (*type != "function") {
      draft.warnings.add(api::tool_left_out(where, *type));
    } else if (Status read = read_function(array[i], where, draft); !read) {
      return read;
    }
  }
  if (!draft.tools.allowed.empty()) return {};
  return fail(ErrorCode::Unsupported, path + " has no function, and no other tools are run here",
              path);
}

Fields allowed_fields() {
  static constexpr std::string_view kModes[] = {"auto", "required"};
  return {
      api::required(api::with_choices(
          api::Field<Draft>{{"mode", api::FieldType::String}, read_mode}, kModes)),
      api::required(
          api::Field<Draft>{{"tools", api::FieldType::Array, {1, kMaxTools}}, read_allowed_tools}),
  };
}

Status read_nested_list(api::Json& value, const std::string& path, Draft& draft) {
  static const Fields kFields = allowed_fields();
  return read_object(value, path, kFields, draft);
}

Status read_allowed(api::Json& object, const std::string& path, Draft& draft) {
  static const Fields kNested = {api::type_field<Draft>(),
                                 api::required(api::Field<Draft>{
                                     {"allowed_tools", api::FieldType::Object}, read_nested_list})};
  static const Fields kFlat = [] {
    Fields fields = allowed_fields();
    fields.push_back(api::type_field<Draft>());
    return fields;
  }();
  return read_object(object, path, draft.shape == ToolShape::Nested ? kNested : kFlat, draft);
}

/// Every further call would be the same choice again, so there is one.
void call_once(ToolOptions& tools) {
  tools.choice = ToolChoice::Required;
  tools.parallel = false;
}

Status read_choice_object(api::Json& value, const std::string& path, Draft draft) {
  const auto type = api::read_type(value, path);
  if (!type) return fail(type.error());
  if (*type == "function") {
    Status read = read_function(value, path, draft);
    if (read) call_once(draft.tools);
    return read;
  }
  if (*type != "allowed_tools") return unsupported_type(path, *type);
  Status read = read_allowed(value, path, draft);
  if (read && draft.required) draft.tools.choice = ToolChoice::Required;
  return read;
}

}  // namespace

Status read_tool_choice(api::Json& value, const std::string& path, ToolShape shape,
                        ToolOptions& tools, api::Warnings& warnings) {
  if (value.is_object()) return read_choice_object(value, path, {tools, shape, warnings});
  const std::string& choice = value.get_ref<const std::string&>();
  if (choice == "auto") return {};
  if (choice == "none") {
    tools.choice = ToolChoice::None;
    return {};
  }
  if (choice != "required") {
    return fail(ErrorCode::InvalidRequest,
                path + " must be none, auto, required or an object, not " + api::quote_text(choice),
                path);
  }
  if (tools.definitions.empty()) {
    return fail(ErrorCode::InvalidRequest, path + " asks for a call, but there are no functions",
                path);
  }
  tools.choice = ToolChoice::Required;
  return {};
}

Status read_function_call(api::Json& value, const std::string& path, ToolOptions& tools,
                          api::Warnings& warnings) {
  if (value.is_object()) {
    Draft draft{tools, ToolShape::Nested, warnings};
    Status read = read_nested_name(value, path, draft);
    if (read) call_once(tools);
    return read;
  }
  if (value != "required") return read_tool_choice(value, path, ToolShape::Nested, tools, warnings);
  return fail(ErrorCode::InvalidRequest, path + " must be none, auto or an object with a name",
              path);
}

}  // namespace pcai::openai

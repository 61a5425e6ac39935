#include "openai/format_fields.h"

#include "openai/schema_text.h"

namespace pcai {
namespace {

constexpr Range kSourceBytes{1, kMaxSchemaBytes};

/// A format on its way in.
struct Draft {
  Grammar grammar{GrammarKind::JsonSchema, R"({"type":"object"})"};
  std::vector<std::string>& warnings;
};

using Fields = std::vector<Field<Draft>>;

Status read_object(Json& object, const std::string& path, const Fields& fields, Draft& draft) {
  return read_fields(object, path, draft.warnings, FieldSet<Draft>{fields, draft});
}

Status read_schema(Json& value, const std::string& path, Draft& draft) {
  auto text = schema_text(value, path);
  if (!text) return fail(std::move(text).error());
  draft.grammar.source = *std::move(text);
  return {};
}

template <GrammarKind kKind>
Status read_source(Json& value, const std::string&, Draft& draft) {
  draft.grammar = {kKind, std::move(value.get_ref<std::string&>())};
  return {};
}

Status read_label(Json& value, const std::string& path, Draft&) {
  const std::string& name = value.get_ref<const std::string&>();
  const bool plain =
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
      std::string::npos;
  if (plain) return {};
  return fail(ErrorCode::InvalidRequest,
              path + " may have letters, digits, '_' and '-', not " + quote_text(name), path);
}

/// The answer is held to its schema in any case.
Status read_strict(Json&, const std::string&, Draft&) {
  return {};
}

Fields schema_fields() {
  return {
      required(Field<Draft>{{"name", FieldType::String, {1, 64}}, read_label}),
      ignored_field<Draft>("description", FieldType::String, "The schema says what it is"),
      {{"schema", FieldType::Object}, read_schema},
      {{"strict", FieldType::Boolean}, read_strict},
  };
}

Status read_nested_schema(Json& value, const std::string& path, Draft& draft) {
  static const Fields kFields = schema_fields();
  return read_object(value, path, kFields, draft);
}

Fields with_type(Fields fields) {
  fields.push_back(type_field<Draft>());
  return fields;
}

}  // namespace

Status read_format(Json& object, const std::string& path, FormatShape shape,
                   std::vector<std::string>& warnings, std::optional<Grammar>& grammar) {
  static const Fields kText = with_type({});
  static const Fields kJsonObject = with_type({{{"schema", FieldType::Object}, read_schema}});
  static const Fields kNested =
      with_type({required(Field<Draft>{{"json_schema", FieldType::Object}, read_nested_schema})});
  static const Fields kFlat = with_type(schema_fields());
  static const Fields kRegex = with_type({required(
      Field<Draft>{{"regex", FieldType::String, kSourceBytes}, read_source<GrammarKind::Regex>})});
  static const Fields kLark = with_type({required(
      Field<Draft>{{"lark", FieldType::String, kSourceBytes}, read_source<GrammarKind::Lark>})});

  const auto type = read_type(object, path);
  if (!type) return fail(type.error());
  const Fields* fields = nullptr;
  if (*type == "text") fields = &kText;
  if (*type == "json_object") fields = &kJsonObject;
  if (*type == "json_schema") fields = shape == FormatShape::Nested ? &kNested : &kFlat;
  if (*type == "regex") fields = &kRegex;
  if (*type == "lark") fields = &kLark;
  if (!fields) {
    const std::string where = member_path(path, "type");
    return fail(
        ErrorCode::InvalidRequest,
        where + " must be text, json_object, json_schema, regex or lark, not " + quote_text(*type),
        where);
  }
  Draft draft{.warnings = warnings};
  if (Status read = read_object(object, path, *fields, draft); !read) return read;
  if (*type != "text") grammar = std::move(draft.grammar);
  return {};
}

}  // namespace pcai

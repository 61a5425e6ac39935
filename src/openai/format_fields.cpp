#include "openai/format_fields.h"

#include "api/fields/schema_text.h"

namespace pcai::openai {
namespace {

constexpr Range kSourceBytes{1, api::kMaxSchemaBytes};

/// A format on its way in.
struct Draft {
  Grammar grammar{GrammarKind::JsonSchema, R"({"type":"object"})"};
  api::Warnings& warnings;
};

using Fields = std::vector<api::Field<Draft>>;

Status read_object(api::Json& object, const std::string& path, const Fields& fields, Draft& draft) {
  return api::read_fields(object, path, draft.warnings, api::FieldSet<Draft>{fields, draft});
}

Status read_schema(api::Json& value, const std::string& path, Draft& draft) {
  auto text = api::schema_text(value, path);
  if (!text) return fail(std::move(text).error());
  draft.grammar.source = *std::move(text);
  return {};
}

template <GrammarKind kKind>
Status read_source(api::Json& value, const std::string&, Draft& draft) {
  draft.grammar = {kKind, std::move(value.get_ref<std::string&>())};
  return {};
}

Status read_label(api::Json& value, const std::string& path, Draft&) {
  const std::string& name = value.get_ref<const std::string&>();
  const bool plain =
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
      std::string::npos;
  if (plain) return {};
  return fail(ErrorCode::InvalidRequest,
              path + " may have letters, digits, '_' and '-', not " + api::quote_text(name), path);
}

/// The answer is held to its schema in any case.
Status read_strict(api::Json&, const std::string&, Draft&) {
  return {};
}

Fields schema_fields() {
  return {
      api::required(api::Field<Draft>{{"name", api::FieldType::String, {1, 64}}, read_label}),
      api::ignored_field<Draft>("description", api::FieldType::String,
                                "The schema says what it is"),
      api::required(api::Field<Draft>{{"schema", api::FieldType::Object}, read_schema}),
      {{"strict", api::FieldType::Boolean}, read_strict},
  };
}

Status read_nested_schema(api::Json& value, const std::string& path, Draft& draft) {
  static const Fields kFields = schema_fields();
  return read_object(value, path, kFields, draft);
}

Fields with_type(Fields fields) {
  fields.push_back(api::type_field<Draft>());
  return fields;
}

}  // namespace

Status read_format(api::Json& object, const std::string& path, FormatShape shape,
                   api::Warnings& warnings, std::optional<Grammar>& grammar) {
  static const Fields kText = with_type({});
  static const Fields kJsonObject = with_type({{{"schema", api::FieldType::Object}, read_schema}});
  static const Fields kNested = with_type({api::required(
      api::Field<Draft>{{"json_schema", api::FieldType::Object}, read_nested_schema})});
  static const Fields kFlat = with_type(schema_fields());
  static const Fields kRegex = with_type({api::required(api::Field<Draft>{
      {"regex", api::FieldType::String, kSourceBytes}, read_source<GrammarKind::Regex>})});
  static const Fields kLark = with_type({api::required(api::Field<Draft>{
      {"lark", api::FieldType::String, kSourceBytes}, read_source<GrammarKind::Lark>})});
  static const Fields kGbnf = with_type({api::required(api::Field<Draft>{
      {"gbnf", api::FieldType::String, kSourceBytes}, read_source<GrammarKind::Gbnf>})});

  const auto type = api::read_type(object, path);
  if (!type) return fail(type.error());
  const Fields* fields = nullptr;
  if (*type == "text") fields = &kText;
  if (*type == "json_object") fields = &kJsonObject;
  if (*type == "json_schema") fields = shape == FormatShape::Nested ? &kNested : &kFlat;
  if (*type == "regex") fields = &kRegex;
  if (*type == "lark") fields = &kLark;
  if (*type == "gbnf") fields = &kGbnf;
  if (!fields) {
    const std::string where = api::member_path(path, "type");
    return fail(ErrorCode::InvalidRequest,
                where + " must be text, json_object, json_schema, regex, lark or gbnf, not " +
                    api::quote_text(*type),
                where);
  }
  Draft draft{.warnings = warnings};
  if (Status read = read_object(object, path, *fields, draft); !read) return read;
  if (*type != "text") grammar = std::move(draft.grammar);
  return {};
}

std::string schema_path(const api::Json& format, const std::string& path, FormatShape shape) {
  const bool nested = shape == FormatShape::Nested && format.contains("json_schema");
  const api::Json& owner = nested ? format["json_schema"] : format;
  if (!owner.contains("schema")) return "";
  return path + (nested ? ".json_schema.schema" : ".schema");
}

}  // namespace pcai::openai

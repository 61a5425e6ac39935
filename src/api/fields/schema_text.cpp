#include "api/fields/schema_text.h"

#include <algorithm>
#include <array>

namespace pcai::api {
namespace {

/// Somewhere below these may stand the type.
bool refers(const Json& schema) {
  constexpr std::array kReferring = {"$ref", "anyOf", "oneOf", "allOf"};
  return std::any_of(kReferring.begin(), kReferring.end(),
                     [&](const char* key) { return schema.contains(key); });
}

/// Members of a schema that say nothing of what is valid.
constexpr std::array kAnnotations = {
    "$comment", "default",  "deprecated", "description", "examples",
    "example",  "readOnly", "title",      "writeOnly",   "markdownDescription"};
constexpr std::array kNames = {"properties", "patternProperties", "dependentSchemas", "$defs",
                               "definitions"};

/// The bytes of the annotations in a schema, or in a map of schemas by name.
std::size_t annotation_bytes(const Json& json, bool names) {
  const auto is = [](const auto& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  std::size_t bytes = 0;
  if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      if (!names && is(kAnnotations, name)) {
        bytes += to_text(value).size() + name.size() + 4;  // quotes, ':' and ','
      } else if (names || (name != "const" && name != "enum")) {
        bytes += annotation_bytes(value, !names && is(kNames, name));
      }
    }
  } else if (json.is_array()) {
    for (const Json& item : json) bytes += annotation_bytes(item, false);
  }
  return bytes;
}

}  // namespace

Result<std::string> schema_text(const Json& schema, const std::string& path) {
  std::string text = to_text(schema);
  if (text.size() <= kMaxSchemaBytes) return text;
  const bool annotated = text.size() > kMaxAnnotatedBytes;
  const std::size_t bytes = annotated ? text.size() : text.size() - annotation_bytes(schema, false);
  const std::size_t most = annotated ? kMaxAnnotatedBytes : kMaxSchemaBytes;
  if (bytes <= most) return text;
  return fail(ErrorCode::InvalidRequest,
              path + " has " + std::to_string(bytes) + " bytes" +
                  (annotated ? "" : " without its descriptions") + "; a schema may have " +
                  std::to_string(most),
              path);
}

Result<std::string> arguments_schema(Json& schema, const std::string& path) {
  if (schema.empty()) return std::string();
  const Json* type = find_member(schema, "type");
  if (type && *type != "object") {
    const std::string where = member_path(path, "type");
    return fail(ErrorCode::InvalidRequest,
                where + " must be 'object', because arguments have names; not " +
                    quote_text(to_text(*type)),
                where);
  }
  if (!type && !refers(schema)) schema["type"] = "object";
  return schema_text(schema, path);
}

}  // namespace pcai::api

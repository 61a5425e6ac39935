#include "api/schema_text.h"

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

}  // namespace

Result<std::string> schema_text(const Json& schema, const std::string& path) {
  std::string text = to_text(schema);
  if (text.size() <= kMaxSchemaBytes) return text;
  return fail(ErrorCode::InvalidRequest,
              path + " has " + std::to_string(text.size()) + " bytes; a schema may have " +
                  std::to_string(kMaxSchemaBytes),
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

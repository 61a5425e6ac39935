#include <cmath>

#include "api/api_description.h"

namespace pcai::api {
namespace {

Json types_of(FieldType type) {
  switch (type) {
    case FieldType::Boolean: return "boolean";
    case FieldType::Integer: return "integer";
    case FieldType::Number: return "number";
    case FieldType::String: return "string";
    case FieldType::Array: return "array";
    case FieldType::Object: return "object";
    case FieldType::StringOrArray: return {"string", "array"};
    case FieldType::StringOrObject: return {"string", "object"};
    case FieldType::Any: break;
  }
  return nullptr;
}

/// Bounds of a text are bytes here and characters there, so only those of ASCII are the same.
void add_bounds(Json& schema, const FieldInfo& field) {
  const char* low = nullptr;
  const char* high = nullptr;
  switch (field.type) {
    case FieldType::Integer:
    case FieldType::Number:
      low = field.range.above_min ? "exclusiveMinimum" : "minimum";
      high = "maximum";
      break;
    case FieldType::String:
      low = "minLength";
      high = "maxLength";
      break;
    case FieldType::Array:
    case FieldType::StringOrArray:
      low = "minItems";
      high = "maxItems";
      break;
    case FieldType::Object:
    case FieldType::StringOrObject:
      low = "minProperties";
      high = "maxProperties";
      break;
    default: return;
  }
  const auto number = [&](double bound) -> Json {
    if (field.type == FieldType::Number || std::abs(bound) > 0x1p53) return bound;
    return static_cast<std::int64_t>(bound);
  };
  if (std::isfinite(field.range.min)) schema[low] = number(field.range.min);
  if (std::isfinite(field.range.max)) schema[high] = number(field.range.max);
}

}  // namespace

Json field_schema(const FieldInfo& field) {
  Json schema = Json::object();
  if (!field.schema.empty()) {
    schema["$ref"] = "#/components/schemas/" + std::string(field.schema);
  } else {
    Json types = types_of(field.type);
    // Null always equals absent.
    if (!types.is_null() && !field.required) {
      types = types.is_array() ? types : Json::array({types});
      types.push_back("null");
    }
    if (!types.is_null()) schema["type"] = std::move(types);
    add_bounds(schema, field);
    if (field.also) {
      schema = {{"anyOf", Json::array({std::move(schema), {{"const", *field.also}}})}};
    }
    if (!field.choices.empty()) {
      schema["enum"] =
          Json(std::vector<std::string_view>(field.choices.begin(), field.choices.end()));
      if (!field.required) schema["enum"].push_back(nullptr);
    }
  }
  if (!field.default_json.empty()) schema["default"] = Json::parse(field.default_json);
  std::string description(field.description);
  if (field.effect == FieldEffect::Ignored) description = "Has no effect here: " + description;
  if (field.effect == FieldEffect::Unsupported) description = "Not supported: " + description;
  if (!description.empty()) schema["description"] = description;
  return schema;
}

Json object_schema(const std::vector<FieldInfo>& fields) {
  Json schema = {{"type", "object"}, {"properties", Json::object()}};
  for (const FieldInfo& field : fields) {
    schema["properties"][std::string(field.name)] = field_schema(field);
    if (field.required) schema["required"].push_back(field.name);
  }
  return schema;
}

}  // namespace pcai::api

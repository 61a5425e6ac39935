#include "api/field.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "api/json_number.h"

namespace pcai::api {
namespace {

std::string_view type_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::boolean: return "a boolean";
    case Json::value_t::string: return "a string";
    case Json::value_t::array: return "an array";
    case Json::value_t::object: return "an object";
    default: return "a number";
  }
}

bool has_type(FieldType type, const Json& value) {
  switch (type) {
    case FieldType::Boolean: return value.is_boolean();
    case FieldType::Integer: return value.is_number_integer();
    case FieldType::Number: return value.is_number();
    case FieldType::String: return value.is_string();
    case FieldType::Array: return value.is_array();
    case FieldType::Object: return value.is_object();
    case FieldType::StringOrArray: return value.is_string() || value.is_array();
    case FieldType::StringOrObject: return value.is_string() || value.is_object();
    case FieldType::Any: return true;
  }
  return false;
}

/// What a range bounds in this value, and what it is counted in.
struct Measure {
  double amount;
  std::string_view unit;  // "" = the value itself
};

std::optional<Measure> measure(FieldType type, const Json& value) {
  if (value.is_number()) return Measure{value.get<double>(), ""};
  if (value.is_array()) return Measure{static_cast<double>(value.size()), "items"};
  if (value.is_object()) return Measure{static_cast<double>(value.size()), "members"};
  if (value.is_string() && type == FieldType::String) {
    return Measure{static_cast<double>(value.get_ref<const std::string&>().size()), "bytes"};
  }
  return std::nullopt;
}

/// A float may round onto a bound that the double was clear of.
bool fits(const FieldInfo& info, double amount) {
  return contains(info.range, amount) &&
         (info.type != FieldType::Number || contains(info.range, static_cast<float>(amount)));
}

Status check_choice(const FieldInfo& info, const Json& value, const std::string& path) {
  const std::string& text = value.get_ref<const std::string&>();
  if (std::find(info.choices.begin(), info.choices.end(), text) != info.choices.end()) return {};
  std::string known;
  for (const std::string_view choice : info.choices) {
    if (!known.empty()) known += choice == info.choices.back() ? " or " : ", ";
    known += choice;
  }
  return fail(ErrorCode::InvalidRequest, path + " must be " + known + ", not " + quote_text(text),
              path);
}

}  // namespace

std::string_view to_string(FieldType type) noexcept {
  switch (type) {
    case FieldType::Boolean: return "a boolean";
    case FieldType::Integer: return "an integer";
    case FieldType::Number: return "a number";
    case FieldType::String: return "a string";
    case FieldType::Array: return "an array";
    case FieldType::Object: return "an object";
    case FieldType::StringOrArray: return "a string or an array";
    case FieldType::StringOrObject: return "a string or an object";
    case FieldType::Any: return "any value";
  }
  return "any value";
}

Status check_object(const Json& object, std::string_view path) {
  if (object.is_object()) return {};
  return fail(ErrorCode::InvalidRequest,
              (path.empty() ? "the body" : std::string(path)) + " must be an object, not " +
                  std::string(type_of(object)),
              std::string(path));
}

Status check_field(const FieldInfo& info, Json& value, const std::string& path) {
  constexpr double kMaxExact = 9007199254740992.0;  // 2^53
  if (info.type == FieldType::Integer && value.is_number_float()) {
    const double number = value.get<double>();
    if (number == std::floor(number) && std::abs(number) <= kMaxExact) {
      value = static_cast<std::int64_t>(number);
    }
  }
  if (!has_type(info.type, value)) {
    const bool number = info.type == FieldType::Integer && value.is_number();
    return fail(ErrorCode::InvalidRequest,
                path + " must be " + std::string(to_string(info.type)) + ", not " +
                    (number ? to_text(value) : std::string(type_of(value))),
                path);
  }
  if (!info.choices.empty() && value.is_string()) return check_choice(info, value, path);
  if (info.also && is_number(value, *info.also)) return {};
  const auto size = measure(info.type, value);
  if (!size || fits(info, size->amount)) return {};
  const std::string unit = size->unit.empty() ? "" : " " + std::string(size->unit);
  return fail(ErrorCode::InvalidRequest,
              path + (unit.empty() ? " must be " : " must have ") + range_text(info.range) + unit +
                  (info.also ? " or " + std::to_string(*info.also) : "") + ", not " +
                  (unit.empty() ? to_text(value) : number_text(size->amount)),
              path);
}

Json* find_member(Json& object, std::string_view name) {
  for (auto& [key, value] : object.get_ref<Json::object_t&>()) {
    if (key == name) return value.is_null() ? nullptr : &value;
  }
  return nullptr;
}

Result<std::string> read_type(Json& object, const std::string& path) {
  if (Status checked = check_object(object, path); !checked) return fail(checked.error());
  const std::string where = member_path(path, "type");
  Json* type = find_member(object, "type");
  if (!type) return fail(ErrorCode::InvalidRequest, where + " is required", where);
  if (Status checked = check_field({"type", FieldType::String}, *type, where); !checked) {
    return fail(checked.error());
  }
  return type->get<std::string>();
}

std::string member_path(std::string_view path, std::string_view name) {
  return std::string(path) + (path.empty() ? "" : ".") + std::string(name);
}

std::string no_effect(const std::string& path) {
  return path + " has no effect here";
}

std::string tool_left_out(const std::string& path, std::string_view type) {
  return path + " is left out: tools of type " + quote_text(type) + " are not run here";
}

namespace detail {

Status missing_member(std::string_view path, std::string_view name) {
  const std::string where = member_path(path, name);
  return fail(ErrorCode::InvalidRequest, where + " is required", where);
}

Status unsupported_member(const FieldInfo& info, const Json& value, const std::string& path) {
  if (asks_for_nothing(value)) return {};
  return fail(ErrorCode::Unsupported,
              path + " is not supported here (" + std::string(info.description) + ")", path);
}

}  // namespace detail
}  // namespace pcai::api

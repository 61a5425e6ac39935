#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/json_text.h"
#include "api/unknown_field.h"
#include "api/warnings.h"
#include "core/parameters/limits.h"
#include "core/parameters/range.h"
#include "core/path.h"
#include "core/result.h"

// The fields of a request as data: parsing, error messages and the API's description all come from
// the same tables. A route is one table of its own beside the tables that it shares.

namespace pcai::api {

enum class FieldType : std::uint8_t {
  Boolean,
  Integer,
  Number,
  String,
  Array,
  Object,
  StringOrArray,
  StringOrObject,
  Any,
};

/// "a boolean", "a string or an array": as error messages say it.
std::string_view to_string(FieldType type) noexcept;

enum class FieldEffect : std::uint8_t {
  Honoured,
  Ignored,      // accepted, has no effect, named in the warnings
  Unsupported,  // only a value that asks for nothing is accepted: empty or false
};

/// What is known of a field without its target. Null always equals absent. The range of a StringOr…
/// field bounds its other form only.
struct FieldInfo {
  std::string_view name;
  FieldType type = FieldType::Any;
  Range range = {};
  std::string default_json = {};  // JSON text, "" = none
  std::string_view description = {};
  bool required = false;
  FieldEffect effect = FieldEffect::Honoured;
  std::span<const std::string_view> choices = {};  // the values of a string; empty = any
  std::string_view schema = {};  // its name in the API's description, where type and range say less
  std::optional<int> also = {};  // a number outside the range that is taken, too
};

/// A field and where it goes. `read` gets a value that check_field() has passed, may take it apart,
/// and is null unless the field is honoured. `path` names the value in errors. A value that has
/// members of its own may have `read_telling` instead, which gets the warnings.
template <class Target>
struct Field : FieldInfo {
  Status (*read)(Json& value, const std::string& path, Target& target) = nullptr;
  Status (*read_telling)(Json& value, const std::string& path, Target& target,
                         Warnings& warnings) = nullptr;
};

/// Fails unless the value at `path`, "" being the body, is an object.
Status check_object(const Json& object, std::string_view path);

/// Checks type and range. An integer given as 2.0 becomes 2.
Status check_field(const FieldInfo& info, Json& value, const std::string& path);

/// `object[name]`, or null where it is absent or null.
Json* find_member(Json& object, std::string_view name);

/// The `type` of the object at `path`, for objects whose other members depend on it.
Result<std::string> read_type(Json& object, const std::string& path);

/// "messages[2].role": a member of the object at `path`, "" being the body.
std::string member_path(std::string_view path, std::string_view name);

/// The warning for a member that is accepted and has no effect.
std::string no_effect(const std::string& path);

/// The warning for a tool of that type, which a service would run.
std::string tool_left_out(const std::string& path, std::string_view type);

/// A field with `read_telling`.
template <class Target>
Field<Target> telling(FieldInfo info,
                      Status (*read)(Json&, const std::string&, Target&, Warnings&)) {
  return {std::move(info), nullptr, read};
}

/// A field that is stored in `Member` as it stands. The default is the member's initial value.
template <auto Member>
auto field(std::string_view name, Range range, std::string_view description);

template <class Target>
Field<Target> required(Field<Target> field) {
  field.required = true;
  return field;
}

template <class Target>
Field<Target> ignored_field(std::string_view name, FieldType type, std::string_view description) {
  return {{name, type, {}, {}, description, false, FieldEffect::Ignored}, nullptr};
}

template <class Target>
Field<Target> unsupported_field(std::string_view name, FieldType type,
                                std::string_view description) {
  return {{name, type, {}, {}, description, false, FieldEffect::Unsupported}, nullptr};
}

template <class Target>
Field<Target> with_choices(Field<Target> field, std::span<const std::string_view> choices) {
  field.choices = choices;
  return field;
}

template <class Target>
Field<Target> with_schema(Field<Target> field, std::string_view schema) {
  field.schema = schema;
  return field;
}

/// A member that says what the object is and was looked at before: read_type().
template <class Target>
Field<Target> type_field() {
  return {{"type", FieldType::String, {}, {}, "What it is"},
          [](Json&, const std::string&, Target&) -> Status { return {}; }};
}

/// A table and the object that it fills.
template <class Target>
struct FieldSet {
  std::span<const Field<Target>> fields;
  Target& target;
};

/// Reads one JSON object through the tables, in the tables' order. The first fault is returned: a
/// misspelt member (judge_unknown()), a required one that is absent, a wrong type or value.
/// `warnings` gets a line for each member that has no effect or that no table knows.
template <class... Targets>
Status read_fields(Json& object, std::string_view path, Warnings& warnings,
                   FieldSet<Targets>... sets);

// --- implementation of the templates ---

namespace detail {

Status missing_member(std::string_view path, std::string_view name);
Status unsupported_member(const FieldInfo& info, const Json& value, const std::string& path);

template <class Owner, class Value>
Owner owner_of(Value Owner::*);
template <class Owner, class Value>
Value value_of(Value Owner::*);

template <class Target>
bool knows(const FieldSet<Target>& set, std::string_view name) {
  for (const Field<Target>& field : set.fields) {
    if (field.name == name) return true;
  }
  return false;
}

template <class Target>
void append_names(const FieldSet<Target>& set, std::vector<std::string_view>& names) {
  for (const Field<Target>& field : set.fields) names.push_back(field.name);
}

template <class Target>
Status read_set(Json& object, std::string_view path, Warnings& warnings,
                const FieldSet<Target>& set) {
  for (const Field<Target>& field : set.fields) {
    Json* value = find_member(object, field.name);
    if (!value) {
      if (field.required) return missing_member(path, field.name);
      continue;
    }
    const std::string where = member_path(path, field.name);
    if (Status checked = check_field(field, *value, where); !checked) return checked;
    Status done;
    switch (field.effect) {
      case FieldEffect::Honoured:
        done = field.read ? field.read(*value, where, set.target)
                          : field.read_telling(*value, where, set.target, warnings);
        break;
      case FieldEffect::Ignored: warnings.add(no_effect(where)); break;
      case FieldEffect::Unsupported: done = unsupported_member(field, *value, where); break;
    }
    if (!done) return done;
  }
  return {};
}

}  // namespace detail

template <auto Member>
auto field(std::string_view name, Range range, std::string_view description) {
  using Target = decltype(detail::owner_of(Member));
  using Value = decltype(detail::value_of(Member));
  Field<Target> result{{name, FieldType::Any, range, {}, description}, nullptr};
  const Value initial = Target{}.*Member;
  if constexpr (std::is_same_v<Value, bool>) {
    result.type = FieldType::Boolean;
    result.default_json = initial ? "true" : "false";
  } else if constexpr (std::is_integral_v<Value>) {
    result.type = FieldType::Integer;
    append_number(result.default_json, static_cast<std::int64_t>(initial));
  } else if constexpr (std::is_floating_point_v<Value>) {
    result.type = FieldType::Number;
    append_number(result.default_json, initial);
  } else {
    static_assert(std::is_same_v<Value, std::string>);
    result.type = FieldType::String;
  }
  result.read = [](Json& value, const std::string&, Target& target) -> Status {
    if constexpr (std::is_same_v<Value, std::string>) {
      target.*Member = std::move(value.get_ref<std::string&>());
    } else {
      target.*Member = value.get<Value>();
    }
    return {};
  };
  return result;
}

template <class... Targets>
Status read_fields(Json& object, std::string_view path, Warnings& warnings,
                   FieldSet<Targets>... sets) {
  Status status = check_object(object, path);
  if (!status) return status;
  std::vector<std::string_view> known;
  for (const auto& [name, value] : object.get_ref<Json::object_t&>()) {
    if (value.is_null() || (detail::knows(sets, name) || ...)) continue;
    if (known.empty()) (detail::append_names(sets, known), ...);
    status = judge_unknown(path, name, value, known, warnings);
    if (!status) return status;
  }
  static_cast<void>(
      ((status = detail::read_set(object, path, warnings, sets), status.has_value()) && ...));
  return status;
}

}  // namespace pcai::api

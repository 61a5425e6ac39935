#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "api/field.h"
#include "core/parameters/parameters.h"

namespace pcai::api {

/// What is known of a parameter's field: its type, the range that OpenAI's API has for it, its
/// default and what it does. A route may say otherwise.
FieldInfo parameter_info(const Parameter& parameter);

/// Stores a value that check_field() has passed.
Status read_parameter(const Parameter& parameter, Json& value, const std::string& path,
                      GenerateParams& params);

/// The parameters of a route's request.
template <class Target>
GenerateParams& params_of(Target& target) {
  if constexpr (std::is_same_v<Target, GenerateParams>) {
    return target;
  } else {
    return target.generate.params;
  }
}

/// A parameter as a route's field.
template <auto Member, class Target>
Field<Target> parameter_field() {
  return {parameter_info(parameter_of<Member>()),
          [](Json& value, const std::string& path, Target& target) {
            return read_parameter(parameter_of<Member>(), value, path, params_of(target));
          }};
}

template <class Target>
Field<Target> with_name(Field<Target> field, std::string_view name) {
  field.name = name;
  return field;
}

template <class Target>
Field<Target> with_range(Field<Target> field, Range range) {
  field.range = range;
  return field;
}

template <class Target>
Field<Target> with_description(Field<Target> field, std::string_view description) {
  field.description = description;
  return field;
}

template <class Target>
Field<Target> with_default(Field<Target> field, std::string_view default_json) {
  field.default_json = default_json;
  return field;
}

/// A field for each parameter that appears there.
std::vector<Field<GenerateParams>> parameter_fields(Face face);

}  // namespace pcai::api

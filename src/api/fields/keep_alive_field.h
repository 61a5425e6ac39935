#pragma once

#include <chrono>
#include <string>

#include "api/field.h"

namespace pcai::api {

/// How long a model is to stay when it is idle: a number of seconds, or a text such as "5m",
/// "1h30m" or "300". 0 = it leaves at once, negative = it stays for good.
Result<std::chrono::milliseconds> read_keep_alive(const Json& value, const std::string& path);

/// The field, for a request with a member `stay`.
template <class Target>
Field<Target> keep_alive_field(std::string_view name) {
  return {{name,
           FieldType::Any,
           {},
           "",
           "How long the model stays in memory when it is idle: seconds, or a text such as 5m; "
           "0 = unloaded at once, negative = never"},
          [](Json& value, const std::string& path, Target& target) -> Status {
            const auto stay = read_keep_alive(value, path);
            if (!stay) return tl::make_unexpected(stay.error());
            target.stay = *stay;
            return {};
          }};
}

}  // namespace pcai::api

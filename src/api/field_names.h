#pragma once

#include <span>
#include <string_view>

#include "core/error.h"

namespace pcai::api {

/// A field of a GenerateRequest, and what a route calls it. "[]" stands for any index.
struct FieldName {
  std::string_view name;
  std::string_view of_route;
};

/// Puts an error of the engine or a backend into the route's words, the message's first word too.
void rename_field(Error& error, std::span<const FieldName> names);

}  // namespace pcai::api

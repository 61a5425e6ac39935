#pragma once

#include <string_view>

namespace pcai::http {

/// A body that the POST route with this path answers with 200, for /docs; "" = the route has none.
/// MODEL stands for a model's id.
std::string_view example_body(std::string_view path) noexcept;

}  // namespace pcai::http

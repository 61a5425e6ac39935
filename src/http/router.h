#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pcai::http {

/// A method and a path. A path may have one "{id}", which matches any text, slashes included. If
/// two patterns match, the first in the list is taken.
struct RoutePattern {
  std::string_view method;
  std::string_view path;
};

struct RouteMatch {
  std::optional<std::size_t> route = {};  // index of the pattern; absent = no route
  std::string parameter = {};             // what "{id}" matched, percent-decoded
  std::string allow = {};                 // the path's methods, for Allow; "" = the path is unknown
};

/// Finds the route of a request. Immutable; any thread may call it.
class Router {
 public:
  explicit Router(std::vector<RoutePattern> patterns) : patterns_(std::move(patterns)) {}

  /// The query, and repeated and trailing slashes, do not matter. HEAD takes the GET route. A path
  /// without its "/v1" is taken as if it had it.
  RouteMatch match(std::string_view method, std::string_view target) const;

 private:
  RouteMatch match_path(std::string_view method, std::string_view path) const;

  std::vector<RoutePattern> patterns_;
};

/// The path of a request target: no scheme, host, query, repeated or trailing slashes.
std::string target_path(std::string_view target);

/// The host of an absolute target ("http://host/path"); otherwise "".
std::string_view target_host(std::string_view target) noexcept;

/// Returns nothing if a '%' is not followed by two hex digits.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace pcai::http

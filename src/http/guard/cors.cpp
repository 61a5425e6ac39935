#include "http/guard/cors.h"

#include <algorithm>
#include <array>

namespace pcai::http {
namespace {

constexpr std::array<std::string_view, 14> kRequestHeaders = {
    "accept",
    "anthropic-beta",
    "anthropic-version",
    "anthropic-dangerous-direct-browser-access",
    "authorization",
    "content-type",
    "http-referer",
    "idempotency-key",
    "openai-beta",
    "openai-organization",
    "openai-project",
    "user-agent",
    "x-api-key",
    "x-client-request-id"};
constexpr std::string_view kRequestHeaderPrefix = "x-stainless-";

bool is_known_header(std::string_view name) {
  const auto is_name = [&](std::string_view known) { return equals_ignoring_case(known, name); };
  return std::any_of(kRequestHeaders.begin(), kRequestHeaders.end(), is_name);
}

}  // namespace

bool is_origin(std::string_view text) noexcept {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view rest = text.substr(scheme + 3);
  return !rest.empty() && rest.find_first_of("/?#@* \t,") == std::string_view::npos;
}

bool Cors::allows(std::string_view origin) const {
  return !origin.empty() && std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

std::vector<HttpHeader> Cors::headers(const HttpRequest& request) const {
  std::vector<HttpHeader> headers;
  if (origins_.empty()) return headers;
  headers.push_back({"Vary", "Origin"});
  const std::string_view origin = request.header("Origin");
  if (allows(origin)) {
    headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
    headers.push_back(
        {"Access-Control-Expose-Headers",
         "x-request-id, openai-processing-ms, openai-version, retry-after, x-should-retry, "
         "x-pcai-warnings"});
  }
  return headers;
}

bool Cors::is_preflight(const HttpRequest& request) {
  return request.method == "OPTIONS" && !request.header("Origin").empty() &&
         !request.header("Access-Control-Request-Method").empty();
}

HttpResponse Cors::preflight(const HttpRequest& request, std::string_view allow) const {
  if (!allows(request.header("Origin"))) {
    return error_response(
        {ErrorCode::Forbidden,
         "this origin may not call the server; list it in its allowed CORS origins"});
  }
  HttpResponse response{.status = 204, .content_type = ""};
  response.headers.push_back({"Access-Control-Allow-Methods", std::string(allow)});
  std::string names;
  for_each_item(request.header("Access-Control-Request-Headers"), [&](std::string_view name) {
    const bool prefixed =
        equals_ignoring_case(name.substr(0, kRequestHeaderPrefix.size()), kRequestHeaderPrefix);
    if (!prefixed && !is_known_header(name)) return;
    if (!names.empty()) names += ", ";
    names += name;
  });
  if (!names.empty()) response.headers.push_back({"Access-Control-Allow-Headers", names});
  response.headers.push_back({"Access-Control-Max-Age", "600"});
  if (request.header("Access-Control-Request-Private-Network") == "true") {
    response.headers.push_back({"Access-Control-Allow-Private-Network", "true"});
  }
  return response;
}

}  // namespace pcai::http

#include "http/guard/cors.h"

#include <algorithm>
#include <array>

#include "http/guard/host_check.h"

namespace pcai::http {
namespace {

constexpr std::array<std::string_view, 14> kRequestHeaders = {
    "accept",           "authorization", "cache-control", "content-type",        "http-referer",
    "idempotency-key",  "user-agent",    "x-api-key",     "x-client-request-id", "x-request-id",
    "x-requested-with", "x-session-id",  "x-title",       "traceparent"};
// Of the SDKs of OpenAI and Anthropic, whose headers become more with each release.
constexpr std::array<std::string_view, 4> kRequestHeaderPrefixes = {"x-stainless-", "anthropic-",
                                                                    "openai-", "x-openai-"};

bool is_known_header(std::string_view name) {
  const auto is_name = [&](std::string_view known) { return equals_ignoring_case(known, name); };
  const auto has_prefix = [&](std::string_view prefix) {
    return equals_ignoring_case(prefix, name.substr(0, prefix.size()));
  };
  return std::any_of(kRequestHeaders.begin(), kRequestHeaders.end(), is_name) ||
         std::any_of(kRequestHeaderPrefixes.begin(), kRequestHeaderPrefixes.end(), has_prefix);
}

// Of apps whose windows are pages: Electron, Tauri, Visual Studio Code's extensions, Capacitor.
constexpr std::array<std::string_view, 7> kAppSchemes = {
    "app", "capacitor", "file", "ionic", "tauri", "vscode-file", "vscode-webview"};

// Names of this machine, and Tauri's for its windows on Windows.
constexpr std::array<std::string_view, 4> kOwnHosts = {"localhost", "127.0.0.1", "[::1]",
                                                       "tauri.localhost"};

}  // namespace

bool is_origin(std::string_view text) noexcept {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::string_view rest = text.substr(scheme + 3);
  return !rest.empty() && rest.find_first_of("/?#@* \t,") == std::string_view::npos;
}

bool is_desktop_origin(std::string_view origin) noexcept {
  const std::size_t colon = origin.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = origin.substr(0, colon);
  const std::string_view rest = origin.substr(colon + 3);
  const auto is_one_of = [](const auto& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (scheme == "file") return rest.empty();
  if (!is_origin(origin)) return false;
  if (is_one_of(kAppSchemes, scheme)) return true;
  return (scheme == "http" || scheme == "https") && is_one_of(kOwnHosts, host_without_port(rest));
}

bool Cors::allows(std::string_view origin) const {
  if (origin.empty()) return false;
  return std::find(origins_.begin(), origins_.end(), origin) != origins_.end() ||
         (desktop_apps_ && is_desktop_origin(origin));
}

std::vector<HttpHeader> Cors::headers(const HttpRequest& request) const {
  std::vector<HttpHeader> headers;
  if (origins_.empty() && !desktop_apps_) return headers;
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
    if (!is_known_header(name)) return;
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

#include "http/guard/guard.h"

#include <fmt/format.h>

namespace pcai::http {
namespace {

bool is_json(std::string_view content_type) {
  return equals_ignoring_case(trimmed(content_type.substr(0, content_type.find(';'))),
                              "application/json");
}

}  // namespace

std::optional<HttpResponse> Guard::check_form(const HttpRequest& request) const {
  if (request.version != 10 && request.version != 11) {
    return error_response(505, "only HTTP/1.0 and HTTP/1.1 are supported");
  }
  const std::size_t hosts = request.count("Host");
  if (hosts > 1 || (hosts == 0 && request.version == 11)) {
    return error_response(400, "a request needs exactly one Host header");
  }
  if (request.count("Content-Length") > 1) {
    return error_response(400, "a request may have one Content-Length header");
  }
  if (request.count("Transfer-Encoding") > 0) {
    const bool chunked = request.chunked && request.count("Transfer-Encoding") == 1 &&
                         equals_ignoring_case(request.header("Transfer-Encoding"), "chunked");
    if (!chunked || request.version == 10) {
      return error_response(400, "the Transfer-Encoding of a request must be 'chunked'");
    }
  }
  return std::nullopt;
}

std::optional<HttpResponse> Guard::check_site(const HttpRequest& request) const {
  const std::string_view absolute = target_host(request.target);
  const std::string_view host = request.header("Host");
  // A browser always sends Host; without one (HTTP/1.0) there is no page to protect against.
  const bool by_container = request.from_this_machine && !request.may_be_a_page();
  const auto allowed = [&](std::string_view name) {
    return hosts_.allows(name) || (by_container && is_container_host(name));
  };
  const bool ours =
      (request.count("Host") == 0 || allowed(host)) && (absolute.empty() || allowed(absolute));
  if (!ours) {
    return error_response({ErrorCode::Forbidden,
                           "this Host name is not allowed; list it in the server's allowed hosts"});
  }
  if (equals_ignoring_case(request.header("Sec-Fetch-Site"), "cross-site") &&
      !cors_.allows(request.header("Origin"))) {
    return error_response(
        {ErrorCode::Forbidden,
         "requests from other sites' pages are refused; list the page's origin in "
         "the server's allowed CORS origins"});
  }
  return std::nullopt;
}

std::optional<HttpResponse> Guard::check_route(const HttpRequest& request,
                                               const RouteMatch& match) const {
  if (match.route) return std::nullopt;
  const std::string path = target_path(request.target).substr(0, 256);
  if (match.allow.empty()) {
    return error_response(
        {ErrorCode::RouteNotFound, fmt::format("no route {} {}", request.method, path)});
  }
  HttpResponse response;
  if (request.method == "OPTIONS") {
    response = HttpResponse{.status = 204, .content_type = ""};
  } else {
    response = error_response(
        {ErrorCode::MethodNotAllowed,
         fmt::format("{} is not a method of {}; it has {}", request.method, path, match.allow)});
  }
  response.headers.push_back({"Allow", match.allow});
  return response;
}

std::optional<HttpResponse> Guard::check_body(const HttpRequest& request,
                                              std::uint64_t max_body_bytes) const {
  const std::string_view encoding = request.header("Content-Encoding");
  if (!encoding.empty() && !equals_ignoring_case(encoding, "identity")) {
    return error_response(415, "compressed request bodies are not accepted");
  }
  // A page that may not call the server can send some types without asking first (preflight), but
  // not this one. Whoever is no page may leave the type out, or send what its library does.
  const bool bare = !request.has_body() && request.count("Content-Type") == 0 &&
                    (request.count("Origin") == 0 || cors_.allows(request.header("Origin")));
  if (request.method == "POST" && !bare && request.may_be_a_page() &&
      !is_json(request.header("Content-Type"))) {
    return error_response(415, "send the body with 'Content-Type: application/json'");
  }
  if (request.content_length.value_or(0) > max_body_bytes) {
    return error_response(
        {ErrorCode::PayloadTooLarge, fmt::format("the body has {} bytes; the limit is {}",
                                                 *request.content_length, max_body_bytes)});
  }
  const std::string_view expect = request.header("Expect");
  if (!expect.empty() && !equals_ignoring_case(expect, "100-continue")) {
    return error_response(417, "the Expect header must be 100-continue");
  }
  return std::nullopt;
}

Verdict Guard::check(const HttpRequest& request, const RouteMatch& match, bool open_route,
                     std::uint64_t max_body_bytes) const {
  Verdict verdict;
  if ((verdict.answer = check_form(request))) return verdict;
  if ((verdict.answer = check_site(request))) return verdict;
  if (Cors::is_preflight(request)) {
    verdict.answer = cors_.preflight(request, match.allow);
    return verdict;
  }
  if (!open_route) {
    auto scope = auth_.check(request);
    if (!scope) {
      verdict.answer = error_response(
          {ErrorCode::Unauthorized, "a valid API key is needed, as 'Authorization: Bearer <key>'"});
      verdict.answer->headers.push_back({"WWW-Authenticate", "Bearer"});
      return verdict;
    }
    verdict.cache_scope = std::move(*scope);
  }
  if ((verdict.answer = check_route(request, match))) return verdict;
  verdict.answer = check_body(request, max_body_bytes > 0 ? max_body_bytes : max_body_bytes_);
  return verdict;
}

}  // namespace pcai::http

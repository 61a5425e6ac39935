#include "http/connection/message.h"

#include <algorithm>

#include "openai/error_body.h"

namespace pcai::http {
namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view HttpRequest::header(std::string_view name) const noexcept {
  for (const HttpHeader& h : headers) {
    if (equals_ignoring_case(h.name, name)) return h.value;
  }
  return {};
}

std::size_t HttpRequest::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(headers.begin(), headers.end(),
                    [&](const HttpHeader& h) { return equals_ignoring_case(h.name, name); }));
}

bool HttpRequest::may_be_a_page() const noexcept {
  if (count("Origin") > 0 || count("Referer") > 0 || count("Sec-Fetch-Site") > 0) return true;
  // Node's fetch says "cors". A page in that mode has an Origin.
  return count("Sec-Fetch-Mode") > 0 && header("Sec-Fetch-Mode") != "cors";
}

HttpResponse text_response(std::string body) {
  return {.body = std::move(body), .content_type = "text/plain"};
}

HttpResponse json_response(std::string body) {
  return {.body = std::move(body)};
}

HttpResponse error_response(const Error& error) {
  const openai::HttpError http = openai::http_error(error.code);
  HttpResponse response;
  response.status = http.status;
  response.body = openai::error_body(error);
  response.error = error;
  response.headers.push_back({"x-should-retry", http.should_retry ? "true" : "false"});
  if (http.retry_after_s) {
    response.headers.push_back({"Retry-After", std::to_string(*http.retry_after_s)});
  }
  return response;
}

HttpResponse error_response(int status, std::string message) {
  HttpResponse response = error_response(Error{ErrorCode::InvalidRequest, std::move(message)});
  response.status = status;
  return response;
}

}  // namespace pcai::http

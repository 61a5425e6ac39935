#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"

namespace pcai::http {

struct HttpHeader {
  std::string name;
  std::string value;
};

/// One request as the routes see it. Plain data.
struct HttpRequest {
  std::string method;
  std::string target;  // as sent, query included
  std::vector<HttpHeader> headers;
  std::string body;
  std::uint32_t version = 11;  // 10 or 11
  bool keep_alive = true;
  bool chunked = false;
  std::optional<std::uint64_t> content_length = {};
  bool from_this_machine = false;  // the client's address is the machine's own

  /// The first header of that name, in any case; "" if there is none.
  std::string_view header(std::string_view name) const noexcept;

  std::size_t count(std::string_view name) const noexcept;

  bool has_body() const noexcept { return chunked || content_length.value_or(0) > 0; }

  /// True unless it is sure that no web page is behind it. Browsers send Origin with each POST and
  /// with what other sites may read, and Referer or Sec-Fetch headers with most requests.
  bool may_be_a_page() const noexcept;
};

/// One whole answer. x-request-id and similar headers are added when it is sent.
struct HttpResponse {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";  // "" = none
  std::vector<HttpHeader> headers = {};
  std::optional<Error> error = {};  // the error in the body, for APIs with another form of it
};

HttpResponse text_response(std::string body);
HttpResponse json_response(std::string body);

/// The answer to an error, with Retry-After and x-should-retry.
HttpResponse error_response(const Error& error);

/// The same for errors that HTTP itself has a status for (415, 431 …).
HttpResponse error_response(int status, std::string message);

/// ASCII, without regard to case.
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Without spaces and tabs at either end.
std::string_view trimmed(std::string_view text) noexcept;

/// Calls `visit` with each trimmed, non-empty item of a comma-separated list.
template <class Visit>
void for_each_item(std::string_view list, Visit visit) {
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    const std::string_view item = trimmed(list.substr(0, comma));
    if (!item.empty()) visit(item);
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace pcai::http

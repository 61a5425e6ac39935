#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pcai::http {

/// What the log says of one request. It contains no prompt, key or query.
struct TraceLine {
  std::string_view method;
  std::string_view path;
  int status = 0;           // 499 = the client left before its answer
  std::uint64_t bytes = 0;  // of the answer's body
  double ms = 0;
  std::string_view id;         // also in x-request-id
  std::string_view client_id;  // the client's own X-Client-Request-Id, "" = none
  std::string_view remote;
  bool cut = false;           // the answer did not reach its end
  std::string warnings = {};  // what the answer told of the request: printable ASCII, "" = nothing
};

/// At most 256 bytes of `text`, with each byte that is not printable ASCII, and each quote and
/// backslash, written as \xNN. So a request cannot forge a line.
std::string escaped_for_log(std::string_view text);

std::string to_string(const TraceLine& line);

}  // namespace pcai::http

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/connection/message.h"

namespace pcai::http {

/// Status line and headers, including the empty line. They are written as they are, so names and
/// values must not come from a client.
class ResponseHead {
 public:
  explicit ResponseHead(int status);

  ResponseHead& add(std::string_view name, std::string_view value);

  std::string text() const { return text_ + "\r\n"; }

 private:
  std::string text_;
};

/// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(std::chrono::system_clock::time_point time);

}  // namespace pcai::http

#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace pcai {

/// Status line and headers, up to and with the empty line. Names and values must be ours: they are
/// written as they stand.
class ResponseHead {
 public:
  explicit ResponseHead(int status);

  ResponseHead& add(std::string_view name, std::string_view value);

  std::string text() && { return std::move(text_ += "\r\n"); }

 private:
  std::string text_;
};

}  // namespace pcai

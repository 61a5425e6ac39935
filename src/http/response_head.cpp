#include "http/response_head.h"

#include <boost/beast/http/status.hpp>
#include <ostream>  // which Beast only declares

namespace pcai {

ResponseHead::ResponseHead(int status) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(static_cast<unsigned>(status)));
  text_.reserve(512);
  text_ = "HTTP/1.1 " + std::to_string(status) + ' ';
  text_.append(reason.data(), reason.size());
  text_ += "\r\n";
}

ResponseHead& ResponseHead::add(std::string_view name, std::string_view value) {
  text_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

}  // namespace pcai

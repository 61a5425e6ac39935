#include "http/connection/response_head.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <ostream>  // which Beast only declares

namespace pcai::http {

ResponseHead::ResponseHead(int status) {
  namespace http = boost::beast::http;
  const auto known = http::int_to_status(static_cast<unsigned>(status));
  text_.reserve(512);
  text_ = "HTTP/1.1 " + std::to_string(status) + ' ';
  if (known != http::status::unknown) {
    const auto reason = http::obsolete_reason(known);
    text_.append(reason.data(), reason.size());
  }
  text_ += "\r\n";
}

ResponseHead& ResponseHead::add(std::string_view name, std::string_view value) {
  text_.append(name).append(": ").append(value).append("\r\n");
  return *this;
}

std::string http_date(std::chrono::system_clock::time_point time) {
  using namespace std::chrono;
  constexpr std::string_view kDays = "SunMonTueWedThuFriSat";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(floor<seconds>(time - day));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                     kDays.substr(weekday(day).c_encoding() * 3, 3), unsigned(date.day()),
                     kMonths.substr((unsigned(date.month()) - 1) * 3, 3), int(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace pcai::http

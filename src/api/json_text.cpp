#include "api/json_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pcai::api {
namespace {

template <class Number>
void append_chars(std::string& out, Number number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number);
  out.append(digits, end.ptr);
}

/// Stands for itself in a JSON string. Most tokens have nothing else, and a streamed chunk with
/// logprobs has dozens of them.
bool is_plain(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

}  // namespace

std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_string(std::string& out, std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) {
    out += '"';
    out += text;
    out += '"';
  } else {
    out += to_text(Json(text));
  }
}

void append_number(std::string& out, double number) {
  append_chars(out, std::isfinite(number) ? number : 0.0);
}

void append_number(std::string& out, float number) {
  append_chars(out, std::isfinite(number) ? number : 0.0F);
}

void append_number(std::string& out, std::int64_t number) {
  append_chars(out, number);
}

std::string quote_text(std::string_view text) {
  constexpr std::size_t kMax = 64;
  if (text.size() <= kMax) return "'" + std::string(text) + "'";
  std::size_t end = kMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return "'" + std::string(text.substr(0, end)) + "…'";
}

}  // namespace pcai::api

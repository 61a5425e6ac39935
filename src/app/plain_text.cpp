#include "app/plain_text.h"

#include <algorithm>
#include <string_view>

namespace pcai::app {
namespace {

using std::string_view_literals::operator""sv;

constexpr auto kMark = "\xEF\xBB\xBF"sv;

/// Every second byte is NUL, as in UTF-16 of western text without a mark.
bool is_half_nul(std::string_view bytes) {
  constexpr std::size_t kLeast = 8;
  constexpr std::size_t kMost = 256;
  if (bytes.size() < kLeast || bytes.size() % 2 != 0) return false;
  bytes = bytes.substr(0, kMost);
  for (const std::size_t first : {0U, 1U}) {
    bool all = true;
    for (std::size_t i = 0; i < bytes.size(); ++i) all &= (bytes[i] == '\0') == (i % 2 == first);
    if (all) return true;
  }
  return false;
}

const char* foreign_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv)) return "UTF-16";
  return is_half_nul(bytes) ? "UTF-16" : nullptr;
}

}  // namespace

Result<std::string> plain_text(std::string bytes, const std::string& what) {
  if (const char* const encoding = foreign_encoding(bytes)) {
    return fail(ErrorCode::InvalidRequest,
                what + " is " + encoding + "; pcai reads UTF-8, so save or send it as UTF-8");
  }
  if (std::string_view(bytes).starts_with(kMark)) bytes.erase(0, kMark.size());
  return bytes;
}

}  // namespace pcai::app

#include "hub/hub_name.h"

#include <algorithm>

#include "core/utf8.h"

namespace pcai::hub {
namespace {

constexpr std::size_t kMaxPart = 96;  // what Hugging Face allows
constexpr std::size_t kMaxFileName = 255;
constexpr std::size_t kMaxPath = 1024;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_part(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPart && is_letter_or_digit(text.front()) &&
         text.find("..") == std::string_view::npos && std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

std::string HubName::text() const {
  return "hf:" + repository_id() + (choice.empty() ? "" : ":" + choice);
}

Result<HubName> parse_hub_name(std::string_view text) {
  const std::string given(text);
  for (const std::string_view prefix : {"hf:", "hf.co/", "huggingface.co/"}) {
    if (text.starts_with(prefix)) {
      text.remove_prefix(prefix.size());
      break;
    }
  }
  HubName name;
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    name.choice = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  const std::size_t slash = text.find('/');
  name.owner = text.substr(0, slash);
  if (slash != std::string_view::npos) name.repository = text.substr(slash + 1);
  const bool has_choice = colon == std::string_view::npos || is_safe_file_name(name.choice);
  if (!is_part(name.owner) || !is_part(name.repository) || !has_choice) {
    return fail(ErrorCode::InvalidRequest,
                "'" + given +
                    "' is not the name of a model on a hub; write hf:owner/repository or "
                    "hf:owner/repository:Q4_K_M");
  }
  return name;
}

bool is_safe_file_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxPath || !is_valid_utf8(name)) return false;
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string_view part = name.substr(begin, end - begin);
    begin = end + 1;
    constexpr std::string_view kBad = "\\:*?\"<>|";
    const bool is_plain = std::ranges::none_of(part, [kBad](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == 0x7F ||
             kBad.find(c) != std::string_view::npos;
    });
    // No hidden ones, and none that Windows would change.
    if (part.empty() || part.size() > kMaxFileName || part.front() == '.' || part.back() == '.' ||
        part.back() == ' ' || !is_plain) {
      return false;
    }
  }
  return true;
}

}  // namespace pcai::hub

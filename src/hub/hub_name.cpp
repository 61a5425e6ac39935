#include "hub/hub_name.h"

#include <algorithm>

#include "core/utf8.h"
#include "models/names/hub_id.h"

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

std::string HubName::folder() const {
  return repository + (revision.empty() ? "" : "@" + revision);
}

std::string HubName::text() const {
  return models::HubId{repository_id(), revision, choice}.text();
}

Result<HubName> parse_hub_name(std::string_view text) {
  const models::HubId id = models::parse_hub_id(text).value_or(models::split_hub_id(text));
  const std::size_t slash = id.repository.find('/');
  HubName name = {.owner = id.repository.substr(0, slash),
                  .repository = {},
                  .choice = id.choice,
                  .revision = id.revision};
  if (slash != std::string::npos) name.repository = id.repository.substr(slash + 1);
  // A colon or an "@" says that something follows.
  const bool has_choice = id.choice.empty() ? !text.ends_with(':') : is_safe_file_name(id.choice);
  const bool has_revision = id.revision.empty()
                                ? !text.ends_with('@') && text.find("@:") == std::string_view::npos
                                : is_part(id.revision);
  if (!is_part(name.owner) || !is_part(name.repository) || !has_choice || !has_revision) {
    return fail(ErrorCode::InvalidRequest,
                "'" + std::string(text) +
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

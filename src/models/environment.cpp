#include "models/environment.h"

#include <string_view>

#include "platform/environment.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// A variable at the beginning of a text: "$NAME", "${NAME}", on Windows also "%NAME%".
struct Mention {
  std::string name;  // empty: there is none
  std::size_t size = 0;
};

Mention mention_at(std::string_view text, bool is_windows) {
  if (is_windows && text.starts_with('%')) {
    const std::size_t end = text.find('%', 1);
    if (end == std::string_view::npos) return {};
    return {std::string(text.substr(1, end - 1)), end + 1};
  }
  if (text.starts_with("${")) {
    const std::size_t end = text.find('}');
    if (end == std::string_view::npos) return {};
    return {std::string(text.substr(2, end - 2)), end + 1};
  }
  std::size_t end = 1;
  while (text.starts_with('$') && end < text.size() && is_name_letter(text[end])) ++end;
  return end == 1 ? Mention() : Mention{std::string(text.substr(1, end - 1)), end};
}

}  // namespace

fs::path UserEnvironment::path(const char* name) const {
  if (!variables) return platform::path_variable(name);
  const auto found = variables->find(name);
  return found == variables->end() ? fs::path() : found->second;
}

fs::path UserEnvironment::folder(const char* name) const {
  return expanded(path(name));
}

fs::path UserEnvironment::expanded(const fs::path& path) const {
  const bool is_windows = system == platform::System::Windows;
  const std::string text = platform::path_text(path);
  if (text.find_first_of("~$%") == std::string::npos) return path;
  std::string result;
  std::string_view rest = text;
  const bool is_home = rest.starts_with('~') &&
                       (rest.size() == 1 || rest[1] == '/' || (is_windows && rest[1] == '\\'));
  if (const fs::path user = home(); is_home && !user.empty()) {
    result = platform::path_text(user);
    rest.remove_prefix(1);
  }
  while (!rest.empty()) {
    const Mention mention = mention_at(rest, is_windows);
    const fs::path value = mention.name.empty() ? fs::path() : this->path(mention.name.c_str());
    const std::size_t size = value.empty() ? 1 : mention.size;
    result += value.empty() ? std::string(rest.substr(0, 1)) : platform::path_text(value);
    rest.remove_prefix(size);
  }
  return platform::text_path(result);
}

fs::path UserEnvironment::home() const {
  return path(home_variable(system));
}

}  // namespace pcai::models

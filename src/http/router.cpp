#include "http/router.h"

#include <charconv>

namespace pcai::http {
namespace {

constexpr std::string_view kId = "{id}";

/// Where the path of an absolute target begins; 0 for all others.
std::size_t authority_end(std::string_view target) noexcept {
  const std::size_t scheme = target.find("://");
  if (target.empty() || target.front() == '/' || scheme == std::string_view::npos) return 0;
  return std::min(target.find_first_of("/?#", scheme + 3), target.size());
}

/// The part of `path` under a pattern's "{id}", the whole path for one without.
std::optional<std::string_view> match_one(std::string_view pattern, std::string_view path) {
  const std::size_t id = pattern.find(kId);
  if (id == std::string_view::npos) return pattern == path ? std::optional(path) : std::nullopt;
  const std::string_view before = pattern.substr(0, id);
  const std::string_view behind = pattern.substr(id + kId.size());
  if (path.size() <= before.size() + behind.size()) return std::nullopt;
  if (!path.starts_with(before) || !path.ends_with(behind)) return std::nullopt;
  return path.substr(before.size(), path.size() - before.size() - behind.size());
}

}  // namespace

std::string_view target_host(std::string_view target) noexcept {
  const std::size_t end = authority_end(target);
  if (end == 0) return {};
  const std::size_t begin = target.find("://") + 3;
  return target.substr(begin, end - begin);
}

std::string target_path(std::string_view target) {
  target.remove_prefix(authority_end(target));
  target = target.substr(0, target.find_first_of("?#"));
  std::string path;
  path.reserve(target.size() + 1);
  for (const char c : target) {
    if (c != '/' || path.empty() || path.back() != '/') path += c;
  }
  if (path.size() > 1 && path.back() == '/') path.pop_back();
  return path.empty() ? "/" : path;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

RouteMatch Router::match_path(std::string_view method, std::string_view path) const {
  if (method == "HEAD") method = "GET";
  RouteMatch match;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const auto rest = match_one(patterns_[i].path, path);
    if (!rest) continue;
    if (match.allow.find(patterns_[i].method) == std::string::npos) {
      if (!match.allow.empty()) match.allow += ", ";
      match.allow += patterns_[i].method;
      if (patterns_[i].method == "GET") match.allow += ", HEAD";
    }
    if (patterns_[i].method != method || match.route) continue;
    match.route = i;
    // Text that is no valid encoding is taken as it stands: it names no model.
    if (patterns_[i].path.find(kId) != std::string_view::npos) {
      match.parameter = percent_decoded(*rest).value_or(std::string(*rest));
    }
  }
  if (!match.allow.empty()) match.allow += ", OPTIONS";
  return match;
}

RouteMatch Router::match(std::string_view method, std::string_view target) const {
  const std::string path = target_path(target);
  RouteMatch match = match_path(method, path);
  if (match.allow.empty()) match = match_path(method, "/v1" + path);
  return match;
}

}  // namespace pcai::http

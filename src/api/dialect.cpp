#include "api/dialect.h"

#include <charconv>
#include <utility>

#include "core/parameters/parameters.h"
#include "core/path.h"

namespace pcai::api {
namespace {

constexpr std::string_view kAfterName = ".[: ";
constexpr std::string_view kAround = " :,;'\"()";  // a name within a text

/// Whether what begins at `end` is no part of the name before it.
bool ends_at(std::string_view text, std::size_t end) {
  return end == text.size() || kAfterName.find(text[end]) != std::string_view::npos;
}

/// `ours` with the path's indices, and what of the path comes after `name`; nothing where the path
/// does not begin with it.
std::optional<std::string> renamed(std::string_view path, const FieldName& name) {
  std::vector<std::string_view> indices;
  std::size_t at = 0;
  for (std::size_t i = 0; i < name.core.size(); ++i) {
    if (at == path.size() || path[at] != name.core[i]) return std::nullopt;
    ++at;
    if (name.core[i] != '[') continue;
    const std::size_t close = path.find(']', at);
    if (close == std::string_view::npos) return std::nullopt;
    indices.push_back(path.substr(at, close - at));
    at = close;
  }
  if (!ends_at(path, at)) return std::nullopt;
  if (name.ours.empty()) return std::string();
  std::string ours;
  std::size_t index = 0;
  for (const char c : name.ours) {
    ours += c;
    if (c == '[' && index < indices.size()) ours += indices[index++];
  }
  return ours.append(path.substr(at));
}

/// Where the text names the path, whole; npos where it does not.
std::size_t find_name(std::string_view text, std::string_view path) {
  for (std::size_t at = text.find(path); at != std::string_view::npos;
       at = text.find(path, at + 1)) {
    const char before = at == 0 ? ' ' : text[at - 1];
    const std::size_t end = at + path.size();
    const char after = end == text.size() ? ' ' : text[end];
    if (kAround.find(before) != std::string_view::npos &&
        kAround.find(after) != std::string_view::npos) {
      return at;
    }
  }
  return std::string_view::npos;
}

}  // namespace

void Places::add(std::string path, std::string ours) {
  places_.push_back({std::move(path), std::move(ours), false});
}

void Places::add_whole(std::string path, std::string ours) {
  places_.push_back({std::move(path), std::move(ours), true});
}

void Places::shift(std::string_view list, std::size_t by) {
  const std::string head = std::string(list) + "[";
  for (Place& place : places_) {
    if (!place.path.starts_with(head)) continue;
    std::size_t index = 0;
    const char* const begin = place.path.data() + head.size();
    const auto [end, error] = std::from_chars(begin, place.path.data() + place.path.size(), index);
    if (error != std::errc{}) continue;
    place.path = item_path(list, index + by) + std::string(end + 1);
  }
}

std::optional<std::string> Places::find(std::string_view path) const {
  const Place* best = nullptr;
  for (const Place& place : places_) {
    const bool covers = path.starts_with(place.path) && ends_at(path, place.path.size());
    if (covers && (best == nullptr || place.path.size() >= best->path.size())) best = &place;
  }
  if (best == nullptr) return std::nullopt;
  return best->ours + (best->whole ? "" : std::string(path.substr(best->path.size())));
}

Error Dialect::translate(Error error, const Places& places) const {
  if (error.field.empty()) return error;
  auto ours = places.find(error.field);
  if (!ours) ours = name_of(error.field);
  if (!ours) return error;
  const std::size_t at = find_name(error.message, error.field);
  if (at != std::string::npos && !ours->empty()) {
    error.message.replace(at, error.field.size(), *ours);
  }
  error.field = *std::move(ours);
  return error;
}

std::string Dialect::translate_warning(std::string warning, const Places& places) const {
  const std::size_t end = warning.find(": ");
  if (end == std::string::npos) return warning;
  const std::string path = warning.substr(0, end);
  auto ours = places.find(path);
  if (!ours) ours = name_of(path);
  return ours && !ours->empty() ? *ours + warning.substr(end) : warning;
}

std::optional<std::string> Dialect::name_of(std::string_view path) const {
  std::size_t longest = 0;
  std::optional<std::string> found;
  for (const FieldName& name : names) {
    if (name.core.size() <= longest) continue;
    if (auto ours = renamed(path, name)) {
      longest = name.core.size();
      found = std::move(ours);
    }
  }
  if (found || !has_path(parameter_paths(), path)) return found;
  return parameters ? std::string(*parameters).append(path) : std::string();
}

}  // namespace pcai::api

#include "api/field_names.h"

#include <optional>
#include <string>

namespace pcai::api {
namespace {

/// The beginning of a path that a name stands for, and the index in it.
struct Match {
  std::size_t size = 0;
  std::string index = {};  // "[2]", "" = none
};

std::optional<Match> match(std::string_view path, std::string_view name) {
  Match found;
  const std::size_t any = name.find("[]");
  const std::string_view head = name.substr(0, any);
  if (!path.starts_with(head)) return std::nullopt;
  found.size = head.size();
  if (any != std::string_view::npos) {
    const std::size_t close = path.find(']', found.size);
    if (close == std::string_view::npos || path[found.size] != '[') return std::nullopt;
    found.index = path.substr(found.size, close + 1 - found.size);
    const std::string_view tail = name.substr(any + 2);
    if (!path.substr(close + 1).starts_with(tail)) return std::nullopt;
    found.size = close + 1 + tail.size();
  }
  const bool whole = path.size() == found.size ||
                     std::string_view(".[: ").find(path[found.size]) != std::string_view::npos;
  return whole ? std::optional(found) : std::nullopt;
}

void replace(std::string& text, const Match& found, std::string_view by) {
  std::string name(by);
  if (const auto any = name.find("[]"); any != std::string::npos) {
    name.replace(any, 2, found.index);
  }
  text.replace(0, found.size, name);
}

}  // namespace

void rename_field(Error& error, std::span<const FieldName> names) {
  for (const FieldName& name : names) {
    const auto found = match(error.field, name.name);
    if (!found) continue;
    replace(error.field, *found, name.of_route);
    if (const auto said = match(error.message, name.name)) {
      replace(error.message, *said, name.of_route);
    }
    return;
  }
}

}  // namespace pcai::api

#include "openai/field_names.h"

namespace pcai {
namespace {

/// `path` is `name` or something inside it.
bool begins_with_name(std::string_view path, std::string_view name) {
  if (!path.starts_with(name)) return false;
  return path.size() == name.size() ||
         std::string_view(".[: ").find(path[name.size()]) != std::string_view::npos;
}

}  // namespace

void rename_field(Error& error, std::span<const FieldName> names) {
  for (const FieldName& name : names) {
    if (!begins_with_name(error.field, name.name)) continue;
    error.field.replace(0, name.name.size(), name.of_route);
    if (begins_with_name(error.message, name.name)) {
      error.message.replace(0, name.name.size(), name.of_route);
    }
    return;
  }
}

}  // namespace pcai

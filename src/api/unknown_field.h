#pragma once

#include <span>
#include <string_view>

#include "api/json_text.h"
#include "api/warnings.h"
#include "core/result.h"

namespace pcai::api {

/// Judges a member that no table knows; docs/adr/0032-unknown-fields-are-told.md. It is told in
/// `warnings`, but refused if it is near to one of the `known` names, or, in the body itself, if it
/// would change what the answer means. `path` is the object's, "" being the body.
Status judge_unknown(std::string_view path, std::string_view name, const Json& value,
                     std::span<const std::string_view> known, Warnings& warnings);

/// A field that is refused on every route that has no use for it, and what to do instead.
struct RefusedField {
  std::string_view name;
  std::string_view instead;
};

std::span<const RefusedField> refused_fields() noexcept;

/// Whether the value asks for nothing: false, "", [] or {}.
bool asks_for_nothing(const Json& value) noexcept;

/// The known name that the other one is a misspelling of: one letter away, two from six letters on;
/// "" = none. Names that other servers know are no misspellings.
std::string_view misspelt(std::string_view name, std::span<const std::string_view> known);

}  // namespace pcai::api

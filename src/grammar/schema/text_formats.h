#pragma once

#include <cstdint>
#include <string_view>

#include "grammar/schema/schema_walk.h"

namespace pcai::grammar {

enum class TextFormat : std::uint8_t {
  Unknown,      // JSON Schema does not define it: it says nothing of what is valid
  NotEnforced,  // no grammar is known
  Enforced,
};

/// What is known of a "format" of strings.
TextFormat text_format(std::string_view name);

/// What a format says, in other keywords; null where llguidance's own regex is right.
OrderedJson format_in_words(std::string_view name);

}  // namespace pcai::grammar

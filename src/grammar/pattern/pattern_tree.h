#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pcai::grammar {

/// Characters as sorted ranges, both ends included.
using CharacterSet = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// A pattern (ECMA-262), read.
struct PatternNode {
  enum class Kind : std::uint8_t {
    Character,  // one of `set`
    Sequence,   // of `parts`
    Choice,     // of `parts`
    Repeat,     // of parts[0], `least` to `most` times
    Look,       // parts[0] follows here
    LookNot,    // it does not
    Begin,      // ^
    End,        // $
  };

  Kind kind = Kind::Sequence;
  CharacterSet set = {};
  std::vector<PatternNode> parts = {};
  std::uint32_t least = 0;
  std::optional<std::uint32_t> most = {};  // absent = any number

  /// Whether it has a place of its own: look-aheads, "^" or "$".
  bool placed() const;
};

/// Nothing where the pattern is damaged, or has something else: references, look-behinds, word
/// boundaries, classes of Unicode.
std::optional<PatternNode> read_pattern(std::string_view pattern);

}  // namespace pcai::grammar

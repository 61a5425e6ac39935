#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pcai::backend::answer {

/// How a family writes the arguments of a call.
enum class ArgumentSyntax : std::uint8_t {
  Json,
  Tags,   // a tag for each member; strings stand as they are
  Gemma,  // as JSON, but names without quotes and strings between kGemmaQuote
};

inline constexpr std::string_view kGemmaQuote = "<|\"|>";

/// The marks of a family whose answers we read by ourselves, because llama.cpp's analysis of its
/// template reads them wrongly or does not hold them to a schema. "" = it has no such mark. In a
/// mark, '~' stands for white space or nothing and '#' for a word.
struct FamilyMarks {
  std::array<std::string_view, 2> in_template;  // what the source of such a template has
  std::string_view reasoning_begin = {};
  std::string_view reasoning_end = {};
  std::string_view turn = {};  // between two messages of one answer
  std::string_view text_begin = {};
  std::string_view text_end = {};
  std::string_view text_name = {};  // in place of a function's name: text follows
  std::string_view calls_begin = {};
  std::string_view call_begin = {};
  std::string_view name_end = {};  // "" = the arguments' own bracket
  ArgumentSyntax arguments = ArgumentSyntax::Json;
  std::string_view key_begin = {};
  std::string_view key_end = {};
  std::string_view value_end = {};
  std::string_view call_end = {};
  std::string_view between = {};  // two calls
  std::string_view calls_end = {};
};

/// The family of a template with this source; null if it is none of ours.
const FamilyMarks* find_family(std::string_view template_source);

}  // namespace pcai::backend::answer

#include "grammar/schema/text_formats.h"

#include <algorithm>
#include <array>
#include <string>

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

// llguidance's own know no leap years, and a leap second in every minute.
const std::string kDate =
    "(?:(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})-"
    "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|"
    "02-(?:0[1-9]|1[0-9]|2[0-8])))|"
    "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29)";
const std::string kTime =
    "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]+)?"
    "(?:[zZ]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
const std::string kUuid = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

constexpr std::array kEnforced = {"date-time", "date", "time", "duration", "email",
                                  "hostname",  "ipv4", "ipv6", "uuid",     "uri"};
constexpr std::array kNotEnforced = {
    "idn-email",    "idn-hostname", "iri",          "iri-reference",
    "regex",        "uri-template", "json-pointer", "relative-json-pointer",
    "uri-reference"};

}  // namespace

TextFormat text_format(std::string_view name) {
  const auto listed = [name](const auto& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (listed(kEnforced)) return TextFormat::Enforced;
  return listed(kNotEnforced) ? TextFormat::NotEnforced : TextFormat::Unknown;
}

OrderedJson format_in_words(std::string_view name) {
  const auto whole = [](const std::string& regex) { return Json{{"pattern", "^" + regex + "$"}}; };
  if (name == "date") return whole(kDate);
  if (name == "time") return whole(kTime);
  if (name == "date-time") return whole(kDate + "[tT]" + kTime);
  if (name == "uuid") return whole(kUuid);
  if (name == "hostname") return {{"maxLength", 253}};  // beside the regex
  return nullptr;
}

}  // namespace pcai::grammar

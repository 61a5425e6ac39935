#include "grammar/schema/schema_rules.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "grammar/pattern/ecma_pattern.h"
#include "grammar/pattern/look_ahead.h"
#include "grammar/schema/endless_schema.h"
#include "grammar/schema/schema_logic.h"
#include "grammar/schema/text_formats.h"

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr double kInexact = 9007199254740992.0;    // 2^53: from here on doubles skip integers
constexpr std::uint64_t kLargestMultiple = 65535;  // llguidance multiplies two in 32 bits
constexpr const char* kTooNarrow =
    "an exclusive bound that is a whole number less than 1 away from the other bound";

/// OpenAPI's formats of whole numbers; null for others. Of 64 bits, what llguidance can tell apart.
Json integer_range(std::string_view format) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  const auto between = [](std::int64_t low, std::int64_t high) {
    return Json{{"type", "integer"}, {"minimum", low}, {"maximum", high}};
  };
  if (format == "int8") return between(-128, 127);
  if (format == "int16") return between(-32768, 32767);
  if (format == "int32") return between(-2147483648LL, 2147483647);
  if (format == "int64") return {{"type", "integer"}, {"maximum", kMax}};
  if (format == "uint8") return between(0, 255);
  if (format == "uint16") return between(0, 65535);
  if (format == "uint32") return between(0, 4294967295LL);
  if (format == "uint64") return between(0, kMax);
  return nullptr;
}

/// value * 10^digits without a fraction, and digits, as llguidance has it.
std::pair<double, int> decimal(double value) {
  int digits = 0;
  for (value = std::fabs(value); value != std::floor(value) && digits < 20; ++digits) value *= 10;
  return {value, digits};
}

bool exact(const Json& value) {
  if (value.is_number()) return std::fabs(value.get<double>()) < kInexact;
  return !value.is_structured() || std::all_of(value.begin(), value.end(), exact);
}

/// A bound that it takes along may be larger: llguidance cuts 2^63 to 2^63 - 1.
bool exact_bound(const Json& value) {
  if (!value.is_number_integer() || value.get<double>() >= 0x1p63) {
    return value == std::numeric_limits<std::int64_t>::max() || exact(value);
  }
  const auto number = value.get<std::int64_t>();
  return number != std::numeric_limits<std::int64_t>::min() &&
         static_cast<std::int64_t>(static_cast<double>(number)) == number;
}

/// Whether each string in it can be written without \u: a control character that cannot would be
/// left out.
bool writable(const Json& value) {
  if (value.is_structured()) return std::all_of(value.begin(), value.end(), writable);
  if (!value.is_string()) return true;
  const auto& text = value.get_ref<const std::string&>();
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == 0x7F ||
           (byte < 0x20 && std::string_view("\b\t\n\f\r").find(c) == std::string_view::npos);
  });
}

/// Bounds of the numbers of one schema, or of several that may have to hold at the same time.
struct Bounds {
  std::set<double> low, high;        // all, ordered
  std::vector<double> above, below;  // the exclusive ones

  void add(const Json& schema) {
    const auto read = [&schema](const char* keyword, std::set<double>& all,
                                std::vector<double>* exclusive) {
      const auto value = schema.find(keyword);
      if (value == schema.end() || !value->is_number()) return;
      all.insert(value->get<double>());
      if (exclusive != nullptr) exclusive->push_back(value->get<double>());
    };
    // With draft 4's "exclusiveMinimum": true.
    read("minimum", low, schema.value("exclusiveMinimum", Json()) == true ? &above : nullptr);
    read("maximum", high, schema.value("exclusiveMaximum", Json()) == true ? &below : nullptr);
    read("exclusiveMinimum", low, &above);
    read("exclusiveMaximum", high, &below);
  }

  /// llguidance takes an excluded whole number where the other bound is less than 1 away.
  bool too_narrow() const {
    const auto whole = [](double value) { return value == std::floor(value); };
    return std::any_of(above.begin(), above.end(),
                       [&](double value) {
                         const auto next = high.upper_bound(value);
                         return whole(value) && next != high.end() && *next < value + 1;
                       }) ||
           std::any_of(below.begin(), below.end(), [&](double value) {
             const auto next = low.upper_bound(value - 1);
             return whole(value) && next != low.end() && *next < value;
           });
  }
};

class Rules {
 public:
  explicit Rules(SchemaFaults& faults) : faults_(faults) {}

  void check(Json& schema) {
    const auto has = [&schema](const char* keyword) { return schema.contains(keyword); };
    const bool applies = has("anyOf") || has("oneOf") || has("allOf") || has("$ref");
    const std::size_t keywords =
        schema.size() - (has(kPlace) ? 1 : 0) - (has(kDefinitions) ? 1 : 0);
    intersects_ =
        intersects_ || has("allOf") || has("patternProperties") || (applies && keywords > 1);
    check_numbers(schema);
    check_names(schema);
    translate_patterns(schema);
    replace_format(schema);
  }

  /// What is wrong with schemas that may have to hold at the same time.
  void check_together(Json& root) {
    if (!intersects_) return;
    const bool narrow = bounds_.too_narrow();
    const bool fit = multiples_fit();
    if (!narrow && fit) return;
    walk_schemas(root, [&](Json& schema, const std::string&) {
      if (narrow) include_bounds(schema);
      if (!fit && schema.contains("multipleOf")) {
        fault(schema, "multipleOf",
              "several 'multipleOf' whose least common multiple is above 65535");
      }
    });
  }

 private:
  /// Leaves a keyword out.
  void fault(Json& schema, const char* keyword, std::string reason) {
    faults_.add(place_of(schema) + "." + keyword, std::move(reason));
    schema.erase(keyword);
  }

  /// Leaves it out that bounds are exclusive.
  void include_bounds(Json& schema) {
    for (const auto& [exclusive, inclusive] :
         {std::pair("exclusiveMinimum", "minimum"), std::pair("exclusiveMaximum", "maximum")}) {
      const Json bound = schema.value(exclusive, Json());
      if (bound.is_null()) continue;
      fault(schema, exclusive, kTooNarrow);
      if (bound.is_number() && !schema.contains(inclusive)) schema[inclusive] = bound;
    }
  }

  /// Whether llguidance can find what several 'multipleOf' have in common.
  bool multiples_fit() const {
    int digits = 0;
    for (const auto& [value, own] : multiples_) digits = std::max(digits, own);
    std::uint64_t common = 1;
    for (const auto& [value, own] : multiples_) {
      const double scaled = value * std::pow(10.0, digits - own);
      if (scaled < 1 || scaled > kLargestMultiple) return false;
      common = std::lcm(common, static_cast<std::uint64_t>(scaled));
      if (common > kLargestMultiple) return false;
    }
    return true;
  }

  void check_numbers(Json& schema) {
    const bool inclusive =
        !schema.contains("exclusiveMinimum") && !schema.contains("exclusiveMaximum");
    for (const char* const keyword :
         {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "const", "enum"}) {
      const auto value = schema.find(keyword);
      if (value == schema.end()) continue;
      const bool bound = keyword[0] == 'm' && inclusive;
      if (!(bound ? exact_bound(*value) : exact(*value))) {
        fault(schema, keyword, "a number of 2^53 or beyond");
      } else if (!writable(*value)) {
        fault(schema, keyword, "it contains a control character");
      }
    }
    if (schema.value("type", Json()) != "integer") {
      Bounds bounds;
      bounds.add(schema);
      if (bounds.too_narrow()) include_bounds(schema);
      bounds_.add(schema);
    }
    if (const auto multiple = schema.find("multipleOf");
        multiple != schema.end() && multiple->is_number()) {
      const auto scaled = decimal(multiple->get<double>());
      if (scaled.first >= kInexact / 2) {
        return fault(schema, "multipleOf", "a double cannot hold " + multiple->dump() + " exactly");
      }
      multiples_.push_back(scaled);
    }
  }

  /// A name that comes twice counts once, and no grammar keeps names apart.
  void check_names(Json& schema) {
    const auto least = schema.find("minProperties");
    if (least == schema.end() || !least->is_number_unsigned()) return;
    const bool closed = schema.value("additionalProperties", Json()) == false &&
                        !schema.contains("patternProperties");
    const std::size_t required = schema.value("required", Json::array()).size();
    if (closed || least->get<std::uint64_t>() <= required + 1) return;
    fault(schema, "minProperties", "it needs names that the schema does not list");
  }

  static void take_look_aheads_out(Json& schema) {
    const Json written = schema.value("pattern", Json());
    if (!written.is_string()) return;
    std::string pattern = written.get<std::string>();
    while (looks_ahead(pattern)) {
      if (auto plain = without_look_ahead(pattern)) {
        pattern = *std::move(plain);
        break;
      }
      auto both = split_look_ahead(pattern);
      if (!both) break;
      also(schema, {{"pattern", std::move(both->first)}});  // is visited, too
      pattern = std::move(both->second);
    }
    schema["pattern"] = std::move(pattern);
  }

  void translate_patterns(Json& schema) {
    take_look_aheads_out(schema);
    if (const auto pattern = schema.find("pattern");
        pattern != schema.end() && pattern->is_string()) {
      auto translated = translate_pattern(pattern->get_ref<const std::string&>());
      if (translated) {
        *pattern = std::move(*translated);
      } else {
        fault(schema, "pattern", translated.error());
      }
    }
    const auto named = schema.find("patternProperties");
    if (named == schema.end() || !named->is_object()) return;
    Json renamed = Json::object();
    for (auto& [name, part] : named->items()) {
      const auto plain = looks_ahead(name) ? without_look_ahead(name) : std::nullopt;
      const auto translated = translate_pattern(plain.value_or(name));
      if (!translated) {
        return fault(schema, "patternProperties", translated.error() + ": " + name);
      }
      if (renamed.contains(*translated)) {
        return fault(schema, "patternProperties", "two patterns that are the same: " + name);
      }
      renamed[*translated] = std::move(part);
    }
    *named = std::move(renamed);
  }

  void replace_format(Json& schema) {
    const auto format = schema.find("format");
    if (format == schema.end()) return;
    const std::string name = format->is_string() ? format->get<std::string>() : "";
    const Json type = schema.value("type", Json());
    if (type == "integer" || type == "number") {
      schema.erase("format");
      if (Json range = integer_range(name); !range.is_null()) add_to_all(schema, std::move(range));
      return;
    }
    const TextFormat known = text_format(name);
    if (known == TextFormat::Unknown || (type.is_string() && type != "string")) {
      schema.erase("format");
    } else if (known == TextFormat::NotEnforced) {
      fault(schema, "format", "the format '" + name + "' is not enforced");
    } else if (Json own = format_in_words(name); !own.is_null()) {
      if (own.contains("pattern")) schema.erase("format");
      add_to_all(schema, std::move(own));
    }
  }

  static void add_to_all(Json& schema, Json part) {
    part[kPlace] = place_of(schema) + ".format";
    Json& all = schema["allOf"];
    if (!all.is_array()) all = Json::array();
    all.push_back(std::move(part));
  }

  SchemaFaults& faults_;
  std::vector<std::pair<double, int>> multiples_;
  Bounds bounds_;
  bool intersects_ = false;  // some schemas must hold at the same time
};

}  // namespace

void apply_rules(Json& schema, SchemaFaults& faults) {
  Rules rules(faults);
  // Parts that a rule adds are visited after it, but need none.
  walk_schemas(schema, [&rules](Json& part, const std::string&) { rules.check(part); });
  rules.check_together(schema);
  end_endless(schema, faults);
}

}  // namespace pcai::grammar

#include "grammar/schema/schema_words.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "grammar/schema/array_words.h"
#include "grammar/schema/text_formats.h"

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr std::size_t kMaxOptions = 128;  // of a "oneOf" that are compared
constexpr std::size_t kMaxOverlapping = 16;

/// Takes a keyword out of a schema.
std::optional<Json> take(Json& schema, const char* keyword) {
  const auto found = schema.find(keyword);
  if (found == schema.end()) return std::nullopt;
  Json value = std::move(*found);
  schema.erase(keyword);
  return value;
}

Json at(const std::string& place, Json schema) {
  if (schema.is_object() && !schema.contains(kPlace)) schema[kPlace] = place;
  return schema;
}

class Words {
 public:
  Words(Json schema, const SchemaLogic& logic, SchemaFaults& faults)
      : schema_(std::move(schema)), logic_(logic), faults_(faults), place_(place_of(schema_)) {}

  Json rewrite() {
    exclude();
    if (never_) return false;
    choose();
    decide();
    depend();
    name_members();
    if (schema_.contains("uniqueItems")) list_distinct_items(schema_, logic_, faults_);
    if (schema_.contains("contains")) place_contained_items(schema_, logic_, faults_);
    schema_.erase("minContains");
    schema_.erase("maxContains");
    return std::move(schema_);
  }

 private:
  void fault(const std::string& keyword, std::string reason) {
    faults_.add(place_ + "." + keyword, std::move(reason));
  }

  void exclude() {
    const auto excluded = take(schema_, "not");
    if (!excluded) return;
    auto others = logic_.negate(*excluded);
    if (!others) return fault("not", "there is no schema of all other values");
    never_ = *others == false;
    if (!is_true(*others)) also(schema_, at(place_ + ".not", *std::move(others)));
  }

  /// Of options that exclude each other at most one can hold; the others are made to.
  void choose() {
    const auto options = schema_.find("oneOf");
    if (options == schema_.end() || !options->is_array()) return;
    if (options->size() > kMaxOptions) return keep_choice();
    Json chosen = Json::array();
    for (std::size_t i = 0; i < options->size(); ++i) {
      Json option = (*options)[i];
      Json all = Json::array();
      for (std::size_t j = 0; j < options->size(); ++j) {
        if (i == j || logic_.disjoint((*options)[i], (*options)[j])) continue;
        auto others =
            options->size() > kMaxOverlapping ? std::nullopt : logic_.negate((*options)[j]);
        if (!others) return keep_choice();
        if (!is_true(*others)) all.push_back(*std::move(others));
      }
      if (!all.empty()) {
        all.insert(all.begin(), std::move(option));
        option = at(place_ + ".oneOf[" + std::to_string(i) + "]", {{"allOf", std::move(all)}});
      }
      chosen.push_back(std::move(option));
    }
    replace_choice(std::move(chosen));
  }

  /// llguidance may still see that the options exclude each other.
  void keep_choice() {
    if (!faults_.relaxed()) return;
    fault("oneOf", "more than one option may match");
    replace_choice(schema_["oneOf"]);
  }

  void replace_choice(Json options) {
    schema_.erase("oneOf");
    if (schema_.contains("anyOf")) return also(schema_, {{"anyOf", std::move(options)}});
    schema_["anyOf"] = std::move(options);
  }

  void decide() {
    const auto condition = take(schema_, "if");
    Json then = take(schema_, "then").value_or(true);
    Json otherwise = take(schema_, "else").value_or(true);
    if (!condition || (is_true(then) && is_true(otherwise))) return;
    auto opposite = logic_.negate(*condition);
    if (!opposite) return fault("if", "there is no schema of the values that do not match it");
    const auto both = [](Json first, Json second) -> Json {
      if (is_true(second)) return first;
      return {{"allOf", Json::array({std::move(first), std::move(second)})}};
    };
    Json options = Json::array();
    if (*condition != false) options.push_back(at(place_ + ".then", both(*condition, then)));
    if (*opposite != false) options.push_back(at(place_ + ".else", both(*opposite, otherwise)));
    replace_or_add(std::move(options));
  }

  void replace_or_add(Json options) {
    if (schema_.contains("anyOf")) return also(schema_, {{"anyOf", std::move(options)}});
    schema_["anyOf"] = std::move(options);
  }

  void depend() {
    const auto needed = take(schema_, "dependentRequired");
    const auto held = take(schema_, "dependentSchemas");
    const auto add = [this](const char* keyword, const std::string& name, Json more) {
      const std::string place = place_ + "." + keyword + "." + name;
      Json absent = at(place, {{"properties", {{name, false}}}, {kExcludes, true}});
      also(schema_, at(place, {{"anyOf", Json::array({absent, std::move(more)})}}));
    };
    if (needed && !needed->is_object()) fault("dependentRequired", "it must be an object");
    if (needed && needed->is_object()) {
      for (const auto& [name, names] : needed->items()) {
        if (!names.is_array() || names.empty()) continue;
        Json all = Json::array({name});
        all.insert(all.end(), names.begin(), names.end());
        add("dependentRequired", name, {{"required", std::move(all)}});
      }
    }
    if (held && held->is_object()) {
      for (const auto& [name, part] : held->items()) {
        if (is_true(part)) continue;
        Json present = {{"required", Json::array({name})}};
        add("dependentSchemas", name, {{"allOf", Json::array({std::move(present), part})}});
      }
    }
  }

  /// "propertyNames" as an object that is closed but for these names.
  void name_members() {
    const auto names = take(schema_, "propertyNames");
    if (!names) return;
    const auto parts = closed_but_for(*names);
    if (!parts) {
      return fault("propertyNames",
                   "only a pattern, lengths, lists of names, dates and UUIDs are enforced");
    }
    for (Json part : *parts) {
      part["additionalProperties"] = false;
      part[kExcludes] = true;
      also(schema_, at(place_ + ".propertyNames", std::move(part)));
    }
  }

  std::optional<std::vector<Json>> closed_but_for(const Json& written) const {
    const Json& names = logic_.resolve(written);
    if (names == false) return std::vector<Json>{{{"properties", Json::object()}}};
    if (!names.is_object()) return std::vector<Json>{};
    const Json type = names.value("type", Json());
    const bool texts = type.is_null() || type == "string" ||
                       (type.is_array() && std::count(type.begin(), type.end(), "string") > 0);
    if (!texts) return std::vector<Json>{{{"properties", Json::object()}}};
    std::vector<Json> parts;
    for (const auto& [keyword, value] : names.items()) {
      if (keyword == kPlace || keyword == "type" || keyword == "minLength" ||
          keyword == "maxLength") {
        continue;
      }
      if (keyword == "pattern" && value.is_string()) {
        parts.push_back({{"patternProperties", {{value.get<std::string>(), true}}}});
      } else if (keyword == "enum" || keyword == "const" || keyword == "anyOf") {
        const auto list = logic_.values_of({{keyword, value}});
        if (!list) return std::nullopt;
        Json properties = Json::object();
        for (const Json& name : *list) {
          if (name.is_string()) properties[name.get<std::string>()] = true;
        }
        parts.push_back({{"properties", std::move(properties)}});
      } else if (keyword == "format") {
        const std::string name = value.is_string() ? value.get<std::string>() : "";
        if (text_format(name) == TextFormat::Unknown) continue;
        const Json said = format_in_words(name);
        if (!said.contains("pattern")) return std::nullopt;
        parts.push_back({{"patternProperties", {{said["pattern"].get<std::string>(), true}}}});
      } else if (keyword == "$ref" || keyword == "allOf" || keyword == "oneOf" ||
                 keyword == "not" || keyword == "if") {
        return std::nullopt;
      }
    }
    const auto length = [&names](const char* keyword) {
      const auto value = names.find(keyword);
      return value != names.end() && value->is_number_unsigned() ? value->dump() : std::string();
    };
    if (names.contains("minLength") || names.contains("maxLength")) {
      const std::string least = length("minLength").empty() ? "0" : length("minLength");
      parts.push_back({{"patternProperties",
                        {{R"(^[\s\S]{)" + least + "," + length("maxLength") + "}$", true}}}});
    }
    return parts;
  }

  Json schema_;
  const SchemaLogic& logic_;
  SchemaFaults& faults_;
  const std::string place_;
  bool never_ = false;
};

}  // namespace

OrderedJson in_plain_words(OrderedJson schema, const SchemaLogic& logic, SchemaFaults& faults) {
  return Words(std::move(schema), logic, faults).rewrite();
}

}  // namespace pcai::grammar

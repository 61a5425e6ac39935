#include "grammar/schema/schema_logic.h"

#include <algorithm>
#include <array>
#include <utility>

#include "grammar/pattern/look_ahead.h"
#include "grammar/pattern/other_text.h"

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxListed = 200;  // values
constexpr std::array kTypes = {"null", "boolean", "number", "string", "array", "object"};

bool is_count(const Json& value) {
  return value.is_number_unsigned() && value.get<std::uint64_t>() < 1'000'000'000;
}

std::string type_of(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "boolean";
  if (value.is_number()) return "number";
  if (value.is_string()) return "string";
  return value.is_array() ? "array" : "object";
}

Json types_without(const std::set<std::string>& excluded) {
  Json left = Json::array();
  for (const char* const type : kTypes) {
    if (!excluded.contains(type)) left.push_back(type);
  }
  return left;
}

/// All values but these.
std::optional<Json> values_without(const std::vector<Json>& values) {
  std::set<std::string> types;
  std::vector<std::string> texts;
  std::set<double> numbers;
  std::set<bool> switches;
  for (const Json& value : values) {
    types.insert(type_of(value));
    if (value.is_structured()) return std::nullopt;
    if (value.is_string()) texts.push_back(value.get<std::string>());
    if (value.is_number()) numbers.insert(value.get<double>());
    if (value.is_boolean()) switches.insert(value.get<bool>());
  }
  Json options = Json::array();
  options.push_back({{"type", types_without(types)}});
  if (!texts.empty()) {
    auto pattern = pattern_of_others(std::move(texts));
    if (!pattern) return std::nullopt;
    options.push_back({{"type", "string"}, {"pattern", *std::move(pattern)}});
  }
  if (switches.size() == 1) options.push_back({{"const", !*switches.begin()}});
  std::optional<double> before;
  for (const double number : numbers) {
    Json between = {{"type", "number"}};
    if (before) between["exclusiveMinimum"] = *before;
    between["exclusiveMaximum"] = number;
    options.push_back(std::move(between));
    before = number;
  }
  if (before) options.push_back({{"type", "number"}, {"exclusiveMinimum", *before}});
  return Json{{"anyOf", std::move(options)}};
}

std::set<std::string> required_of(const Json& schema) {
  std::set<std::string> names;
  const auto required = schema.find("required");
  if (required == schema.end() || !required->is_array()) return names;
  for (const Json& name : *required) {
    if (name.is_string()) names.insert(name.get<std::string>());
  }
  return names;
}

}  // namespace

OrderedJson any_but(const std::string& type) {
  return {{"type", types_without({type})}};
}

void also(OrderedJson& schema, OrderedJson part) {
  if (part.is_object() && !part.contains(kPlace)) part[kPlace] = place_of(schema);
  Json& all = schema["allOf"];
  if (!all.is_array()) all = Json::array();
  all.push_back(std::move(part));
}

const OrderedJson& SchemaLogic::resolve(const OrderedJson& schema) const {
  const Json* at = &schema;
  for (int hops = 0; hops < kMaxDepth && at->is_object() && at->contains("$ref"); ++hops) {
    const Json* const next = target(*at);
    if (next == nullptr || at->size() != (at->contains(kPlace) ? 2U : 1U)) break;
    at = next;
  }
  return *at;
}

const OrderedJson* SchemaLogic::target(const OrderedJson& schema) const {
  const auto reference = schema.is_object() ? schema.find("$ref") : schema.end();
  if (!schema.is_object() || reference == schema.end() || !reference->is_string()) return nullptr;
  return find_reference(document_, reference->get_ref<const std::string&>());
}

std::optional<OrderedJson> SchemaLogic::negate(const OrderedJson& schema) const {
  auto other = negate(schema, 0);
  if (other && other->is_object()) (*other)[kExcludes] = true;
  return other;
}

std::optional<OrderedJson> SchemaLogic::negate(const OrderedJson& schema, int depth) const {
  if (schema.is_boolean()) return Json(!schema.get<bool>());
  if (!schema.is_object() || depth > kMaxDepth) return std::nullopt;
  Json options = Json::array();
  for (const auto& [keyword, value] : schema.items()) {
    if (keyword == kPlace || keyword == kExcludes) continue;
    auto more = others(schema, keyword, value, depth);
    if (!more) return std::nullopt;
    for (Json& option : *more) options.push_back(std::move(option));
  }
  if (options.empty()) return Json(false);
  if (options.size() == 1) return std::move(options[0]);
  return Json{{"anyOf", std::move(options)}};
}

/// The values that one keyword of a schema refuses, as a list of schemas any of which they match.
std::optional<OrderedJson> SchemaLogic::others(const OrderedJson& schema,
                                               const std::string& keyword, const OrderedJson& value,
                                               int depth) const {
  const auto one = [](Json option) { return Json::array({std::move(option)}); };
  const auto limit = [&](const char* type, const char* opposite) -> std::optional<Json> {
    if (!value.is_number()) return std::nullopt;
    return one({{"type", type}, {opposite, value}});
  };
  const auto count = [&](const char* type, const char* opposite, int step) -> std::optional<Json> {
    if (!is_count(value)) return std::nullopt;
    if (step < 0 && value == 0) return Json::array();
    return one({{"type", type}, {opposite, value.get<std::int64_t>() + step}});
  };
  if (keyword == "type") {
    std::set<std::string> types;
    for (const Json& type : value.is_array() ? value : Json::array({value})) {
      if (!type.is_string()) return std::nullopt;
      // Numbers with a fraction have no schema of their own.
      types.insert(type == "integer" ? "number" : type.get<std::string>());
    }
    Json left = types_without(types);
    return left.empty() ? Json::array() : one({{"type", std::move(left)}});
  }
  if (keyword == "const" || keyword == "enum") {
    if (keyword == "enum" && !value.is_array()) return std::nullopt;
    auto left = values_without(keyword == "enum" ? value.get<std::vector<Json>>()
                                                 : std::vector<Json>{value});
    if (!left) return std::nullopt;
    return (*left)["anyOf"];
  }
  if (keyword == "minimum") return limit("number", "exclusiveMaximum");
  if (keyword == "maximum") return limit("number", "exclusiveMinimum");
  if (keyword == "exclusiveMinimum") return limit("number", "maximum");
  if (keyword == "exclusiveMaximum") return limit("number", "minimum");
  if (keyword == "minLength") return count("string", "maxLength", -1);
  if (keyword == "maxLength") return count("string", "minLength", 1);
  if (keyword == "minItems") return count("array", "maxItems", -1);
  if (keyword == "maxItems") return count("array", "minItems", 1);
  if (keyword == "minProperties") return count("object", "maxProperties", -1);
  if (keyword == "maxProperties") return count("object", "minProperties", 1);
  if (keyword == "pattern" && value.is_string()) {
    auto pattern = without_look_ahead(value.get_ref<const std::string&>(), true);
    if (!pattern) return std::nullopt;
    return one({{"type", "string"}, {"pattern", *std::move(pattern)}});
  }
  if (keyword == "required") {
    Json options = Json::array();
    for (const std::string& name : required_of(schema)) {
      options.push_back({{"type", "object"}, {"properties", {{name, false}}}});
    }
    return options;
  }
  if (keyword == "properties") {
    Json options = Json::array();
    for (const auto& [name, part] : value.items()) {
      auto other = negate(part, depth + 1);
      if (!other) return std::nullopt;
      if (*other == false) continue;
      options.push_back({{"type", "object"},
                         {"properties", {{name, *std::move(other)}}},
                         {"required", Json::array({name})}});
    }
    return options;
  }
  if (keyword == "items" && !schema.contains("prefixItems")) {
    auto other = negate(value, depth + 1);
    if (!other) return std::nullopt;
    if (*other == false) return Json::array();
    return one({{"type", "array"}, {"contains", *std::move(other)}});
  }
  if (keyword == "additionalProperties" && is_true(value)) return Json::array();
  if (keyword == "allOf") {
    Json options = Json::array();
    for (const Json& part : value) {
      auto other = negate(part, depth + 1);
      if (!other) return std::nullopt;
      if (*other != false) options.push_back(*std::move(other));
    }
    return options;
  }
  if (keyword == "anyOf") {
    auto other = others_of_all(value, depth + 1);
    if (!other) return std::nullopt;
    return *other == false ? Json::array() : one(*std::move(other));
  }
  if (keyword == "not") return one(value);
  if (keyword == "$ref") {
    const Json* const meant = target(schema);
    auto other = meant != nullptr ? negate(*meant, depth + 1) : std::nullopt;
    if (!other) return std::nullopt;
    return *other == false ? Json::array() : one(*std::move(other));
  }
  return std::nullopt;
}

std::optional<OrderedJson> SchemaLogic::others_of_all(const OrderedJson& schemas, int depth) const {
  Json all = Json::array();
  for (const Json& part : schemas) {
    auto other = negate(part, depth);
    if (!other) return std::nullopt;
    if (*other == false) return Json(false);
    all.push_back(*std::move(other));
  }
  return Json{{"allOf", std::move(all)}};
}

bool SchemaLogic::disjoint(const OrderedJson& a, const OrderedJson& b) const {
  return disjoint(a, b, 0);
}

bool SchemaLogic::disjoint(const OrderedJson& first, const OrderedJson& second, int depth) const {
  const Json& a = resolve(first);
  const Json& b = resolve(second);
  if (a == false || b == false) return true;
  if (!a.is_object() || !b.is_object() || depth > kMaxDepth) return false;
  for (const auto& [some, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    const auto apart = [&, other = other](const Json& part) {
      return disjoint(part, *other, depth + 1);
    };
    for (const char* const list : {"anyOf", "oneOf"}) {
      const auto options = some->find(list);
      if (options != some->end() && std::all_of(options->begin(), options->end(), apart)) {
        return true;
      }
    }
    const auto all = some->find("allOf");
    if (all != some->end() && std::any_of(all->begin(), all->end(), apart)) return true;
  }
  const auto types = types_of(a, depth);
  const auto other_types = types_of(b, depth);
  if (std::none_of(types.begin(), types.end(),
                   [&](const std::string& type) { return other_types.contains(type); })) {
    return true;
  }
  const auto values = values_of(a, depth);
  const auto other_values = values_of(b, depth);
  if (values && other_values) {
    return std::none_of(values->begin(), values->end(), [&](const Json& value) {
      return std::find(other_values->begin(), other_values->end(), value) != other_values->end();
    });
  }
  const bool objects =
      types == std::set<std::string>{"object"} || other_types == std::set<std::string>{"object"};
  return objects && disjoint_objects(a, b, depth);
}

/// Whether a member that one of them requires cannot be right for both.
bool SchemaLogic::disjoint_objects(const OrderedJson& a, const OrderedJson& b, int depth) const {
  const auto member = [](const Json& schema, const std::string& name) -> Json {
    const auto properties = schema.find("properties");
    if (properties != schema.end() && properties->contains(name)) return (*properties)[name];
    const bool closed = schema.value("additionalProperties", Json()) == false &&
                        !schema.contains("patternProperties");
    return !closed;
  };
  std::set<std::string> names = required_of(a);
  names.merge(required_of(b));
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return disjoint(member(a, name), member(b, name), depth + 1);
  });
}

std::set<std::string> SchemaLogic::types_of(const OrderedJson& schema, int depth) const {
  std::set<std::string> types(kTypes.begin(), kTypes.end());
  if (const auto values = values_of(schema, depth)) {
    types.clear();
    for (const Json& value : *values) types.insert(type_of(value));
    return types;
  }
  const auto type = schema.find("type");
  if (type == schema.end()) return types;
  types.clear();
  for (const Json& name : type->is_array() ? *type : Json::array({*type})) {
    if (name.is_string()) types.insert(name == "integer" ? "number" : name.get<std::string>());
  }
  return types;
}

std::optional<std::vector<OrderedJson>> SchemaLogic::values_of(const OrderedJson& schema) const {
  return values_of(schema, 0);
}

std::optional<std::vector<OrderedJson>> SchemaLogic::values_of(const OrderedJson& schema,
                                                               int depth) const {
  const Json& meant = resolve(schema);
  if (!meant.is_object() || depth > kMaxDepth) return std::nullopt;
  std::vector<Json> values;
  if (const auto list = meant.find("enum"); list != meant.end() && list->is_array()) {
    values = list->get<std::vector<Json>>();
  } else if (const auto value = meant.find("const"); value != meant.end()) {
    values = {*value};
  } else if (meant.value("type", Json()) == "boolean") {
    values = {true, false};
  } else if (meant.value("type", Json()) == "null") {
    values = {nullptr};
  } else if (const auto options = meant.find("anyOf"); options != meant.end()) {
    for (const Json& option : *options) {
      const auto more = values_of(option, depth + 1);
      if (!more) return std::nullopt;
      values.insert(values.end(), more->begin(), more->end());
    }
  } else {
    return std::nullopt;
  }
  std::vector<Json> once;
  for (Json& value : values) {
    if (std::find(once.begin(), once.end(), value) == once.end()) once.push_back(std::move(value));
  }
  if (once.size() > kMaxListed) return std::nullopt;
  return once;
}

}  // namespace pcai::grammar

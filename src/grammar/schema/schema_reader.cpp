#include "grammar/schema/schema_reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr std::array kMaps = {"properties", "patternProperties", "dependentSchemas"};
constexpr std::array kLists = {"anyOf", "oneOf", "allOf", "prefixItems"};
constexpr std::array kSchemas = {"items",
                                 "additionalItems",
                                 "additionalProperties",
                                 "not",
                                 "if",
                                 "then",
                                 "else",
                                 "contains",
                                 "propertyNames",
                                 "unevaluatedProperties",
                                 "unevaluatedItems"};
constexpr std::array kValues = {"type",
                                "const",
                                "enum",
                                "required",
                                "minItems",
                                "maxItems",
                                "minLength",
                                "maxLength",
                                "minProperties",
                                "maxProperties",
                                "minimum",
                                "maximum",
                                "multipleOf",
                                "exclusiveMinimum",
                                "exclusiveMaximum",
                                "pattern",
                                "format",
                                "uniqueItems",
                                "minContains",
                                "maxContains",
                                "dependentRequired"};

template <std::size_t kSize>
bool is_one_of(const std::array<const char*, kSize>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Of a JSON pointer in a URI's fragment: "%25" and "~1" stand for other characters.
std::string decoded(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    unsigned code = 0;
    if (name[i] == '%' && i + 2 < name.size() &&
        std::from_chars(&name[i + 1], &name[i + 3], code, 16).ptr == &name[i + 3]) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += name[i];
    }
  }
  std::string plain;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const bool escape =
        out[i] == '~' && i + 1 < out.size() && (out[i + 1] == '0' || out[i + 1] == '1');
    plain += escape ? (out[++i] == '1' ? '/' : '~') : out[i];
  }
  return plain;
}

/// A schema that something refers to.
struct Target {
  const Json* schema;
  std::string place;
};

class Reader {
 public:
  Reader(const Json& source, SchemaFaults& faults) : source_(source), faults_(faults) {}

  Json read() {
    Json schema = copy(source_, "", false);
    Json definitions = Json::object();
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      const Target target = targets_[i];
      definitions[std::to_string(i)] = copy(*target.schema, target.place, false);
    }
    if (schema.is_object() && !definitions.empty()) schema[kDefinitions] = std::move(definitions);
    return schema;
  }

 private:
  Json copy(const Json& schema, const std::string& place, bool rebased) {
    if (schema.is_boolean()) return schema;
    if (!schema.is_object()) {
      faults_.add(place, "a schema must be an object, true or false");
      return true;
    }
    rebased = rebased || (!place.empty() && schema.contains("$id"));
    Json out = {{kPlace, place}};
    for (const auto& [name, value] : schema.items()) {
      const std::string below = place + "." + name;
      if (name == "$ref" || name == "$dynamicRef" || name == "$recursiveRef") {
        refer(out, name, value, below, rebased);
      } else if (name == "dependencies") {
        depend(out, value, below, rebased);
      } else if (name == "items" && value.is_array()) {
        copy_list(out, "prefixItems", value, below, rebased);
      } else if (is_one_of(kMaps, name)) {
        copy_map(out, name, value, below, rebased);
      } else if (is_one_of(kLists, name)) {
        copy_list(out, name, value, below, rebased);
      } else if (is_one_of(kSchemas, name)) {
        out[name] = copy(value, below, rebased);
      } else if (is_one_of(kValues, name)) {
        out[name] = value;
      }
    }
    read_tuple(out, schema, place);
    if (const auto no = out.find("not"); no != out.end() && is_true(*no)) return false;
    return out;
  }

  void copy_map(Json& out, const std::string& name, const Json& value, const std::string& place,
                bool rebased) {
    if (!value.is_object()) return faults_.add(place, "it must be an object");
    Json& map = out[name] = Json::object();
    for (const auto& [key, part] : value.items()) {
      map[key] = copy(part, place + "." + key, rebased);
    }
  }

  void copy_list(Json& out, const std::string& name, const Json& value, const std::string& place,
                 bool rebased) {
    if (!value.is_array()) return faults_.add(place, "it must be a list");
    Json& list = out[name] = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
      list.push_back(copy(value[i], place + "[" + std::to_string(i) + "]", rebased));
    }
  }

  /// Before 2020 "items" was the list and "additionalItems" the schema of the others.
  void read_tuple(Json& out, const Json& schema, const std::string& place) {
    const auto items = schema.find("items");
    const bool old = items != schema.end() && items->is_array();
    if (schema.contains("prefixItems") && (old || schema.contains("additionalItems"))) {
      faults_.add(place + (old ? ".items" : ".additionalItems"),
                  "a tuple that is written in two ways");
    }
    if (const auto others = out.find("additionalItems"); others != out.end()) {
      if (old) out["items"] = *others;
      out.erase("additionalItems");
    }
  }

  /// Before 2019 one keyword was what two are now.
  void depend(Json& out, const Json& value, const std::string& place, bool rebased) {
    if (!value.is_object()) return faults_.add(place, "it must be an object");
    for (const auto& [name, needed] : value.items()) {
      if (needed.is_array()) {
        out["dependentRequired"][name] = needed;
      } else {
        out["dependentSchemas"][name] = copy(needed, place + "." + name, rebased);
      }
    }
  }

  void refer(Json& out, const std::string& keyword, const Json& value, const std::string& place,
             bool rebased) {
    const std::string name = value.is_string() ? value.get<std::string>() : "";
    if (keyword != "$ref" || name.empty()) {
      return faults_.add(
          place, "'" + keyword + "' " + value.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    if (rebased) return faults_.add(place, "'$ref' below an '$id': " + name);
    const auto known = numbers_.find(name);
    if (known == numbers_.end()) {
      auto target = find(name);
      if (!target) {
        return faults_.add(place, "'$ref' to something that the schema does not contain: " + name);
      }
      targets_.push_back(*std::move(target));
    }
    const std::size_t number = known != numbers_.end() ? known->second : targets_.size() - 1;
    numbers_.emplace(name, number);
    out["$ref"] = reference_to(std::to_string(number));
  }

  std::optional<Target> find(std::string_view name) const {
    if (name == "#" || name == "#/") return Target{&source_, ""};
    if (!name.starts_with("#")) return std::nullopt;
    if (!name.starts_with("#/")) return find_anchor(source_, "", decoded(name.substr(1)));
    Target at{&source_, ""};
    for (std::size_t begin = 2; begin <= name.size();) {
      const std::size_t end = std::min(name.find('/', begin), name.size());
      const std::string step = decoded(name.substr(begin, end - begin));
      std::size_t index = 0;
      if (at.schema->is_object() && at.schema->contains(step)) {
        at = {&(*at.schema)[step], at.place + "." + step};
      } else if (at.schema->is_array() &&
                 std::from_chars(step.data(), step.data() + step.size(), index).ec == std::errc{} &&
                 index < at.schema->size()) {
        at = {&(*at.schema)[index], at.place + "[" + step + "]"};
      } else {
        return std::nullopt;
      }
      begin = end + 1;
    }
    return at;
  }

  static std::optional<Target> find_anchor(const Json& json, const std::string& place,
                                           const std::string& anchor) {
    if (json.is_object()) {
      if (const auto own = json.find("$anchor"); own != json.end() && *own == anchor) {
        return Target{&json, place};
      }
      for (const auto& [name, part] : json.items()) {
        if (auto found = find_anchor(part, place + "." + name, anchor)) return found;
      }
    } else if (json.is_array()) {
      for (std::size_t i = 0; i < json.size(); ++i) {
        auto found = find_anchor(json[i], place + "[" + std::to_string(i) + "]", anchor);
        if (found) return found;
      }
    }
    return std::nullopt;
  }

  const Json& source_;
  SchemaFaults& faults_;
  std::vector<Target> targets_;                 // by number
  std::map<std::string, std::size_t> numbers_;  // by the client's name
};

}  // namespace

OrderedJson read_schema(const OrderedJson& source, SchemaFaults& faults) {
  return Reader(source, faults).read();
}

}  // namespace pcai::grammar

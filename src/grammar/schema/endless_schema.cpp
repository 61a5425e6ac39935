#include "grammar/schema/endless_schema.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr int kMaxRounds = 100;

/// Which schemas have an instance that ends: the smallest set that is closed under the keywords.
class Endings {
 public:
  explicit Endings(Json& root) {
    walk_schemas(root, [this](Json& schema, const std::string& pointer) {
      schemas_.emplace(pointer, &schema);
      order_.push_back(pointer);
    });
    for (bool more = true; more;) {
      more = false;
      for (const auto& [pointer, schema] : schemas_) {
        more = (!ending_.contains(pointer) && ends(*schema, pointer) &&
                ending_.insert(pointer).second) ||
               more;
      }
    }
  }

  /// A schema in a circle; null if there is none.
  Json* endless() const {
    const auto first = std::find_if(order_.begin(), order_.end(), [this](const auto& pointer) {
      return !ending_.contains(pointer);
    });
    if (first == order_.end()) return nullptr;
    std::set<std::string> passed;
    std::string at = *first;
    while (passed.insert(at).second) at = endless_below(at);
    return schemas_.at(at);
  }

 private:
  bool knows(const std::string& pointer) const {
    return !schemas_.contains(pointer) || ending_.contains(pointer);  // true and false end
  }

  static std::string target_of(const Json& schema) {
    const auto reference = schema.find("$ref");
    if (reference == schema.end() || !reference->is_string()) return {};
    return reference->get<std::string>();
  }

  std::vector<std::string> parts_of(const Json& schema, const std::string& pointer,
                                    const char* list) const {
    std::vector<std::string> parts;
    const auto found = schema.find(list);
    if (found == schema.end() || !found->is_array()) return parts;
    for (std::size_t i = 0; i < found->size(); ++i) {
      parts.push_back(pointer + "/" + list + "/" + std::to_string(i));
    }
    return parts;
  }

  bool ends(const Json& schema, const std::string& pointer) const {
    const auto known = [this](const std::string& part) { return knows(part); };
    if (schema.contains("const") || schema.contains("enum")) return true;
    if (const std::string target = target_of(schema); !target.empty() && !knows(target)) {
      return false;
    }
    const auto all = parts_of(schema, pointer, "allOf");
    if (!std::all_of(all.begin(), all.end(), known)) return false;
    for (const char* const list : {"anyOf", "oneOf"}) {
      const auto options = parts_of(schema, pointer, list);
      if (!options.empty() && std::none_of(options.begin(), options.end(), known)) return false;
    }
    return of_some_type(schema, pointer);
  }

  bool of_some_type(const Json& schema, const std::string& pointer) const {
    const auto type = schema.find("type");
    if (type == schema.end()) return true;
    const auto ends_as = [&](const Json& name) {
      if (name == "object") return object_ends(schema, pointer);
      if (name == "array") return array_ends(schema, pointer);
      return true;
    };
    if (!type->is_array()) return ends_as(*type);
    return std::any_of(type->begin(), type->end(), ends_as);
  }

  bool object_ends(const Json& schema, const std::string& pointer) const {
    const auto required = schema.find("required");
    if (required == schema.end() || !required->is_array()) return true;
    const Json properties = schema.value("properties", Json::object());
    return std::all_of(required->begin(), required->end(), [&](const Json& name) {
      if (!name.is_string() || !properties.is_object()) return true;
      const auto& text = name.get_ref<const std::string&>();
      if (properties.contains(text)) return knows(pointer + property_step(text));
      return schema.contains("patternProperties") || knows(pointer + "/additionalProperties");
    });
  }

  bool array_ends(const Json& schema, const std::string& pointer) const {
    const auto least = schema.find("minItems");
    if (least == schema.end() || !least->is_number_unsigned()) return true;
    const auto count = least->get<std::uint64_t>();
    const auto first = parts_of(schema, pointer, "prefixItems");
    for (std::size_t i = 0; i < first.size() && i < count; ++i) {
      if (!knows(first[i])) return false;
    }
    return count <= first.size() || knows(pointer + "/items");
  }

  /// As any_subschema() says it.
  static std::string property_step(const std::string& name) {
    Json one = {{"properties", {{name, Json::object()}}}};
    std::string step;
    any_subschema(one, false, [&step](Json&, const std::string& found) {
      step = found;
      return true;
    });
    return step;
  }

  /// A schema that this one needs, and that does not end either.
  std::string endless_below(const std::string& pointer) const {
    Json& schema = *schemas_.at(pointer);
    const std::string target = target_of(schema);
    if (!target.empty() && !knows(target)) return target;
    std::string below = pointer;
    any_subschema(schema, false, [&](Json&, const std::string& step) {
      if (knows(pointer + step)) return false;
      below = pointer + step;
      return true;
    });
    return below;
  }

  std::map<std::string, Json*> schemas_;  // by pointer
  std::vector<std::string> order_;        // of the walk
  std::set<std::string> ending_;
};

}  // namespace

void end_endless(Json& root, SchemaFaults& faults) {
  for (int round = 0; round < kMaxRounds; ++round) {
    Json* const schema = Endings(root).endless();
    if (schema == nullptr) return;
    faults.add(place_of(*schema),
               "every instance must contain another one, so no answer could end; let the inner one "
               "be null, optional, or an item of a list that may be empty");
    if (faults.ended()) return;
    keep_type(*schema);
  }
}

}  // namespace pcai::grammar

#include "grammar/schema/schema_walk.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace pcai::grammar {
namespace {

constexpr std::array kMaps = {"properties", "patternProperties", kDefinitions};
constexpr std::array kLists = {"anyOf", "oneOf", "allOf", "prefixItems"};
constexpr std::array kSchemas = {"items", "additionalProperties", "not"};

std::string escape(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

}  // namespace

std::string place_of(const OrderedJson& schema) {
  const auto place = schema.is_object() ? schema.find(kPlace) : schema.end();
  return schema.is_object() && place != schema.end() ? place->get<std::string>() : "";
}

OrderedJson without_places(const OrderedJson& schema) {
  OrderedJson copy = schema;
  copy.erase(kPlace);
  any_subschema(copy, true, [](OrderedJson& part, const std::string&) {
    if (part.is_object()) part = without_places(part);
    return false;
  });
  return copy;
}

bool is_true(const OrderedJson& schema) {
  if (schema.is_boolean()) return schema.get<bool>();
  return schema.is_object() && schema.size() == (schema.contains(kPlace) ? 1U : 0U);
}

void keep_type(OrderedJson& schema) {
  OrderedJson kept = OrderedJson::object();
  for (const char* const keyword : {kPlace, "type", kDefinitions}) {
    if (schema.contains(keyword)) kept[keyword] = std::move(schema[keyword]);
  }
  schema = std::move(kept);
}

std::string reference_to(std::string_view name) {
  return "#/" + std::string(kDefinitions) + "/" + std::string(name);
}

bool any_subschema(OrderedJson& schema, bool with_definitions,
                   const std::function<bool(OrderedJson&, const std::string&)>& visit) {
  const auto step = [](const char* keyword) { return std::string("/") + keyword; };
  for (std::size_t i = 0; i + (with_definitions ? 0 : 1) < kMaps.size(); ++i) {
    const auto map = schema.find(kMaps[i]);
    if (map == schema.end() || !map->is_object()) continue;
    for (auto& [name, part] : map->items()) {
      if (visit(part, step(kMaps[i]) + "/" + escape(name))) return true;
    }
  }
  for (const char* const keyword : kLists) {
    const auto list = schema.find(keyword);
    if (list == schema.end() || !list->is_array()) continue;
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (visit((*list)[i], step(keyword) + "/" + std::to_string(i))) return true;
    }
  }
  return std::any_of(kSchemas.begin(), kSchemas.end(), [&](const char* keyword) {
    const auto part = schema.find(keyword);
    return part != schema.end() && part->is_object() && visit(*part, step(keyword));
  });
}

const OrderedJson* find_reference(const OrderedJson& root, std::string_view reference) {
  if (reference == "#") return &root;
  const std::string head = reference_to("");
  if (!reference.starts_with(head) || !root.contains(kDefinitions)) return nullptr;
  const OrderedJson& definitions = root[kDefinitions];
  const auto found = definitions.find(std::string(reference.substr(head.size())));
  return found == definitions.end() ? nullptr : &*found;
}

OrderedJson* find_reference(OrderedJson& root, std::string_view reference) {
  const OrderedJson& constant = root;
  return const_cast<OrderedJson*>(find_reference(constant, reference));
}

void walk_schemas(OrderedJson& root,
                  const std::function<void(OrderedJson&, const std::string&)>& visit) {
  std::set<std::string> visited;        // pointers
  std::vector<std::string> references;  // to be followed
  const std::function<void(OrderedJson&, const std::string&)> go = [&](OrderedJson& schema,
                                                                       const std::string& pointer) {
    if (!schema.is_object() || !visited.insert(pointer).second) return;
    visit(schema, pointer);
    if (!schema.is_object()) return;
    if (const auto reference = schema.find("$ref");
        reference != schema.end() && reference->is_string()) {
      references.push_back(reference->get<std::string>());
    }
    any_subschema(schema, false, [&](OrderedJson& part, const std::string& step) {
      go(part, pointer + step);
      return false;
    });
  };
  go(root, "#");
  // By name: visiting moves what pointers would point to.
  for (std::size_t i = 0; i < references.size(); ++i) {
    const std::string reference = references[i];
    if (OrderedJson* const schema = find_reference(root, reference)) go(*schema, reference);
  }
}

}  // namespace pcai::grammar

#include "grammar/schema_walk.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

namespace pcai::grammar {
namespace {

constexpr std::array kMaps = {"properties", "patternProperties", "dependentSchemas", "$defs",
                              "definitions"};
constexpr std::size_t kDefinitions = 2;  // the last ones above
constexpr std::array kLists = {"anyOf", "oneOf", "allOf", "prefixItems", "items"};
constexpr std::array kSchemas = {
    "items", "additionalItems", "additionalProperties", "not", "if", "then", "else", "contains"};

std::string escape(std::string_view name) {
  std::string out;
  for (const char c : name) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

std::optional<std::size_t> index_of(std::string_view name) {
  if (name.empty() || name.size() > 6) return std::nullopt;
  std::size_t index = 0;
  for (const char c : name) {
    if (c < '0' || c > '9') return std::nullopt;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return index;
}

/// Calls take(name) for each name in a pointer; stops when it returns false.
template <typename Take>
void each_name(std::string_view pointer, Take take) {
  for (std::size_t begin = 2; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    if (!take(pointer.substr(begin, end - begin))) return;
    begin = end + 1;
  }
}

class Walk {
 public:
  using Visit = std::function<std::optional<std::string>(OrderedJson&, const std::string&)>;

  Walk(OrderedJson& root, const Visit& visit) : root_(root), visit_(visit) {}

  std::optional<SchemaFault> run() {
    go(root_, "#", false);
    // By name: visiting moves what pointers would point to.
    for (std::size_t i = 0; i < references_.size() && !fault_; ++i) {
      const std::string reference = references_[i];
      if (OrderedJson* const schema = find_reference(root_, reference)) {
        go(*schema, reference, false);
      }
    }
    return fault_;
  }

 private:
  bool go(OrderedJson& schema, const std::string& pointer, bool rebased) {
    if (!schema.is_object() || !visited_.insert(pointer).second) return false;
    if (auto reason = visit_(schema, pointer)) return refuse(pointer, std::move(*reason));
    rebased = rebased || (pointer != "#" && schema.contains("$id"));
    if (const auto reference = schema.find("$ref");
        reference != schema.end() && reference->is_string()) {
      const auto name = reference->get<std::string>();
      if (rebased) return refuse(pointer, "'$ref' below an '$id': " + name);
      if (name.find_first_of("~%") != std::string::npos) {
        return refuse(pointer, "'$ref' that contains '~' or '%': " + name);
      }
      if (find_reference(root_, name) == nullptr) {
        return refuse(pointer, "'$ref' to something that the schema does not contain: " + name);
      }
      references_.push_back(name == "#/" ? "#" : name);
    }
    return any_subschema(schema, false, [&](OrderedJson& part, const std::string& step) {
      return go(part, pointer + step, rebased);
    });
  }

  bool refuse(const std::string& pointer, std::string reason) {
    fault_ = SchemaFault{readable_path(pointer), std::move(reason)};
    return true;
  }

  OrderedJson& root_;
  const Visit& visit_;
  std::optional<SchemaFault> fault_;
  std::set<std::string> visited_;        // pointers
  std::vector<std::string> references_;  // to be followed
};

}  // namespace

bool any_subschema(OrderedJson& schema, bool with_definitions,
                   const std::function<bool(OrderedJson&, const std::string&)>& visit) {
  const auto step = [](const char* keyword) { return std::string("/") + keyword; };
  for (std::size_t i = 0; i + (with_definitions ? 0 : kDefinitions) < kMaps.size(); ++i) {
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

std::string readable_path(std::string_view pointer) {
  std::string path = "$";
  std::string_view before;
  each_name(pointer, [&](std::string_view name) {
    const bool in_list = std::find(kLists.begin(), kLists.end(), before) != kLists.end();
    if (in_list && index_of(name)) {
      path += "[" + std::string(name) + "]";
    } else {
      path += ".";
      for (std::size_t i = 0; i < name.size(); ++i) {
        path += name[i] != '~' ? name[i] : name[++i] == '1' ? '/' : '~';
      }
    }
    before = name;
    return true;
  });
  return path;
}

OrderedJson* find_reference(OrderedJson& root, std::string_view reference) {
  if (reference == "#" || reference == "#/") return &root;
  if (reference.substr(0, 2) != "#/") return nullptr;
  OrderedJson* place = &root;
  each_name(reference, [&place](std::string_view name) {
    const auto index = index_of(name);
    if (place->is_object() && place->contains(std::string(name))) {
      place = &(*place)[std::string(name)];
    } else if (place->is_array() && index && *index < place->size()) {
      place = &(*place)[*index];
    } else {
      place = nullptr;
    }
    return place != nullptr;
  });
  return place;
}

std::optional<SchemaFault> walk_schemas(
    OrderedJson& root,
    const std::function<std::optional<std::string>(OrderedJson&, const std::string&)>& visit) {
  return Walk(root, visit).run();
}

}  // namespace pcai::grammar

#include "grammar/schema/schema_check.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr int kMaxRounds = 50;
constexpr int kMaxDepth = 64;
constexpr std::size_t kLongestReason = 300;

/// Keywords that may be at fault, each with those that limit the same thing.
const std::vector<std::vector<const char*>> kSuspects = {
    {"pattern"},
    {"format"},
    {"minLength", "maxLength"},
    {"multipleOf"},
    {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    {"minItems", "maxItems"},
    {"minProperties", "maxProperties"},
    {"patternProperties"},
    {"required"},
    {"enum"},
    {"const"},
    {"oneOf"},
    {"allOf"},
    {"anyOf"},
    {"prefixItems"},
    {"items"},
    {"additionalProperties"},
    {"properties"},
    {"$ref"},
    {"type"}};

/// The first line of a reason: llguidance adds the whole grammar below.
std::string shorten(std::string reason) {
  reason.resize(std::min(reason.find("\n<state>"), reason.size()));
  reason.resize(std::min(kLongestReason, reason.size()));
  while (!reason.empty() && (reason.back() == '\n' || reason.back() == ' ')) reason.pop_back();
  return reason;
}

class Check {
 public:
  Check(Json& root, const ValidateSchema& validate, SchemaFaults& faults)
      : root_(root), validate_(validate), faults_(faults) {}

  void run() {
    for (int round = 0; round < kMaxRounds; ++round) {
      const std::string reason = validate_(text_for_llguidance(root_));
      if (reason.empty()) return;
      const auto [part, part_reason] = innermost(reason);
      leave_out(*part, part_reason);
      apart_ = false;
      if (faults_.ended()) return;
    }
    faults_.add("", "too much of it cannot be enforced");
    keep_type(root_);
    root_.erase(kDefinitions);
  }

 private:
  /// The smallest schema that does not compile, and why.
  std::pair<Json*, std::string> innermost(const std::string& reason) {
    // What is wrong in itself is not blamed on a reference to it.
    apart_ = true;
    Json* part = &root_;
    std::string fault = alone(root_);
    if (fault.empty()) {
      part = first_fault(definitions(), fault);
    }
    if (part != nullptr) {
      part = below(part, fault);
      apart_ = false;
      const bool true_fault = part == &root_ || !alone(*part).empty();
      apart_ = true;
      if (true_fault) return {part, fault};
    }
    apart_ = false;
    fault = reason;
    part = below(&root_, fault);
    return {part, fault};
  }

  Json* below(Json* part, std::string& reason) const {
    for (int depth = 0; depth < kMaxDepth; ++depth) {
      std::vector<Json*> parts;
      any_subschema(*part, !apart_, [&parts](Json& inner, const std::string&) {
        if (inner.is_object()) parts.push_back(&inner);
        return false;
      });
      Json* const inner = first_fault(parts, reason);
      if (inner == nullptr) break;
      part = inner;
    }
    return part;
  }

  std::vector<Json*> definitions() const {
    std::vector<Json*> all;
    if (!root_.contains(kDefinitions)) return all;
    for (auto& [name, part] : root_[kDefinitions].items()) {
      if (part.is_object()) all.push_back(&part);
    }
    return all;
  }

  /// The first that does not compile alone; null if all do.
  Json* first_fault(const std::vector<Json*>& parts, std::string& reason) const {
    std::size_t begin = 0;
    std::size_t end = parts.size();
    std::string found = why(parts, begin, end);
    if (found.empty()) return nullptr;
    while (end - begin > 1) {
      const std::size_t middle = begin + (end - begin) / 2;
      std::string first = why(parts, begin, middle);
      if (first.empty()) {
        begin = middle;
      } else {
        end = middle;
      }
    }
    found = alone(*parts[begin]);
    if (found.empty()) return nullptr;
    reason = std::move(found);
    return parts[begin];
  }

  /// Why some of the parts do not compile; "" = they do.
  std::string why(const std::vector<Json*>& parts, std::size_t begin, std::size_t end) const {
    if (begin == end) return {};
    Json group = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
    for (std::size_t i = begin; i < end; ++i) {
      const std::string name = std::to_string(i);
      group["properties"][name] = *parts[i];
      group["required"].push_back(name);
    }
    group["additionalProperties"] = false;
    return alone(std::move(group));
  }

  std::string alone(Json part) const {
    if (root_.contains(kDefinitions)) {
      Json& known = part[kDefinitions] = root_[kDefinitions];
      for (auto& [name, definition] : known.items()) {
        if (apart_) definition = true;
      }
    }
    return validate_(text_for_llguidance(part));
  }

  void leave_out(Json& part, const std::string& reason) {
    for (const auto& keywords : kSuspects) {
      Json other = part;
      for (const char* const keyword : keywords) other.erase(keyword);
      if (other.size() == part.size() || !alone(other).empty()) continue;
      for (const char* const keyword : keywords) {
        if (part.contains(keyword)) faults_.add(place_of(part) + "." + keyword, shorten(reason));
      }
      part = std::move(other);
      return;
    }
    faults_.add(place_of(part), shorten(reason));
    keep_type(part);
    if (!alone(part).empty()) part.erase("type");
  }

  Json& root_;
  const ValidateSchema& validate_;
  SchemaFaults& faults_;
  bool apart_ = false;  // each definition stands for anything
};

}  // namespace

std::string text_for_llguidance(const OrderedJson& schema) {
  Json text = without_places(schema);
  text["x-guidance"] = {{"whitespace_flexible", false},
                        {"item_separator", ", "},
                        {"key_separator", ": "},
                        {"json_allowed_escapes", "nrbtf\\\""}};
  return text.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void check_schema(OrderedJson& schema, const ValidateSchema& validate, SchemaFaults& faults) {
  Check(schema, validate, faults).run();
}

}  // namespace pcai::grammar

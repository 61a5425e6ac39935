#include "grammar/json_schema.h"

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

namespace pcai {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 64;
constexpr int kMostParts = 100;
constexpr const char* kOptions = "x-guidance";

// Keywords whose value is a schema, a list of schemas, or schemas by name.
constexpr std::array kSchemas = {"items",   "additionalProperties", "not", "if", "then", "else",
                                 "contains"};
constexpr std::array kLists = {"anyOf", "oneOf", "allOf", "prefixItems", "items"};
constexpr std::array kMaps = {"properties", "patternProperties", "$defs", "definitions",
                              "dependentSchemas"};

tl::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::InvalidRequest, "response_format: the schema " + what, "response_format");
}

bool has_options(const Json& json) {
  if (!json.is_structured()) return false;
  if (json.is_object() && json.contains(kOptions)) return true;
  for (const Json& member : json) {
    if (has_options(member)) return true;
  }
  return false;
}

class FaultFinder {
 public:
  FaultFinder(const Json& root, const std::function<std::string(const std::string&)>& validate)
      : root_(root), validate_(validate) {}

  /// `fault` is what is known of `schema`.
  SchemaFault find(const Json& schema, SchemaFault fault) {
    if (!schema.is_object()) return fault;
    for (const char* const keyword : kMaps) {
      if (auto inner = any_member(schema, keyword, fault.path)) return *inner;
    }
    for (const char* const keyword : kLists) {
      if (auto inner = any_item(schema, keyword, fault.path)) return *inner;
    }
    for (const char* const keyword : kSchemas) {
      const auto part = schema.find(keyword);
      if (part == schema.end()) continue;
      if (auto inner = check(*part, fault.path + "." + keyword)) return *inner;
    }
    return fault;
  }

 private:
  std::optional<SchemaFault> any_member(const Json& schema, const char* keyword,
                                        const std::string& path) {
    const auto map = schema.find(keyword);
    if (map == schema.end() || !map->is_object()) return std::nullopt;
    for (const auto& [name, part] : map->items()) {
      if (auto inner = check(part, path + "." + keyword + "." + name)) return inner;
    }
    return std::nullopt;
  }

  std::optional<SchemaFault> any_item(const Json& schema, const char* keyword,
                                      const std::string& path) {
    const auto list = schema.find(keyword);
    if (list == schema.end() || !list->is_array()) return std::nullopt;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string where = path + "." + keyword + "[" + std::to_string(i) + "]";
      if (auto inner = check((*list)[i], where)) return inner;
    }
    return std::nullopt;
  }

  std::optional<SchemaFault> check(const Json& part, const std::string& path) {
    if (!part.is_object() || parts_++ >= kMostParts) return std::nullopt;
    Json alone = part;
    for (const char* const definitions : {"$defs", "definitions"}) {
      if (root_.contains(definitions)) alone[definitions] = root_[definitions];
    }
    std::string reason = validate_(alone.dump());
    if (reason.empty()) return std::nullopt;
    return find(part, {path, std::move(reason)});
  }

  const Json& root_;
  const std::function<std::string(const std::string&)>& validate_;
  int parts_ = 0;
};

}  // namespace

Result<std::string> prepare_schema(std::string_view source) {
  bool too_deep = false;
  const auto bounded = [&too_deep](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kMaxDepth;
    return !too_deep;
  };
  Json schema = Json::parse(source, bounded, false);
  if (too_deep) return refuse("is nested deeper than " + std::to_string(kMaxDepth) + " levels");
  if (schema.is_discarded()) return refuse("is not JSON");
  if (schema.is_boolean() && schema.get<bool>()) schema = Json::object();
  if (!schema.is_object()) return refuse("must be an object");
  if (has_options(schema)) return refuse(std::string("may not have '") + kOptions + "' in it");
  schema[kOptions] = {
      {"whitespace_flexible", false}, {"item_separator", ", "}, {"key_separator", ": "}};
  return schema.dump();
}

SchemaFault find_fault(const std::string& source,
                       const std::function<std::string(const std::string&)>& validate) {
  const Json schema = Json::parse(source);
  return FaultFinder(schema, validate).find(schema, {"$", validate(source)});
}

}  // namespace pcai

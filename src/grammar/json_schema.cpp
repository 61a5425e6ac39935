#include "grammar/json_schema.h"

#include <optional>

#include "grammar/schema_rules.h"

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr int kMaxDepth = 64;
constexpr int kMaxParts = 100;
constexpr const char* kOptions = "x-guidance";

tl::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::InvalidRequest, "the schema " + what);
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

  /// `fault` is what is known of `schema`; its path is still a pointer.
  SchemaFault find(Json& schema, SchemaFault fault) {
    if (!schema.is_object()) return fault;
    std::optional<SchemaFault> inner;
    any_subschema(schema, true, [&](Json& part, const std::string& step) {
      inner = check(part, fault.path + step);
      return inner.has_value();
    });
    return inner.value_or(std::move(fault));
  }

 private:
  std::optional<SchemaFault> check(Json& part, const std::string& pointer) {
    if (!part.is_object() || parts_++ >= kMaxParts) return std::nullopt;
    Json alone = part;
    for (const char* const definitions : {"$defs", "definitions"}) {
      if (root_.contains(definitions)) alone[definitions] = root_[definitions];
    }
    std::string reason = validate_(alone.dump());
    if (reason.empty()) return std::nullopt;
    return find(part, {pointer, std::move(reason)});
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
  if (has_options(schema)) return refuse(std::string("must not contain '") + kOptions + "'");
  if (const auto fault = apply_rules(schema)) {
    return refuse("cannot be enforced at " + fault->path + ": " + fault->reason);
  }
  schema[kOptions] = {{"whitespace_flexible", false},
                      {"item_separator", ", "},
                      {"key_separator", ": "},
                      {"json_allowed_escapes", "nrbtf\\\""}};
  return schema.dump();
}

SchemaFault find_fault(const std::string& source,
                       const std::function<std::string(const std::string&)>& validate) {
  Json schema = Json::parse(source);
  const Json root = schema;
  SchemaFault fault = FaultFinder(root, validate).find(schema, {"#", validate(source)});
  fault.path = readable_path(fault.path);
  return fault;
}

}  // namespace pcai::grammar

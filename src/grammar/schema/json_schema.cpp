#include "grammar/schema/json_schema.h"

#include <utility>

#include "grammar/schema/schema_check.h"
#include "grammar/schema/schema_reader.h"
#include "grammar/schema/schema_rewriter.h"
#include "grammar/schema/schema_rules.h"

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr int kMaxDepth = 64;

tl::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::InvalidRequest, "the schema " + what);
}

}  // namespace

Result<PreparedSchema> prepare_schema(std::string_view source, SchemaOptions options,
                                      const ValidateSchema& validate) {
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

  SchemaFaults faults(options.relaxed);
  schema = rewrite_schema(read_schema(schema, faults), options.open_objects, faults);
  if (!schema.is_object()) {
    if (schema == false) faults.add("", "no value matches it");
    schema = Json::object();
  }
  if (!faults.ended()) apply_rules(schema, faults);
  if (!faults.ended()) check_schema(schema, validate, faults);
  if (faults.ended()) {
    const SchemaFault& fault = faults.found().front();
    return fail(ErrorCode::InvalidRequest, "it cannot be enforced: " + fault.reason, fault.place);
  }
  return PreparedSchema{text_for_llguidance(schema), faults.found()};
}

}  // namespace pcai::grammar

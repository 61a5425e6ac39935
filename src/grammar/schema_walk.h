#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace pcai::grammar {

using OrderedJson = nlohmann::ordered_json;

/// Where in a schema something is wrong: "$.properties.age", and why.
struct SchemaFault {
  std::string path;
  std::string reason;
};

/// Calls visit(part, step) for each schema directly below `schema` until it returns true, and
/// returns whether it did. A step is a piece of a JSON pointer: "/properties/age", "/anyOf/1".
bool any_subschema(OrderedJson& schema, bool with_definitions,
                   const std::function<bool(OrderedJson&, const std::string&)>& visit);

/// Turns "#/properties/age" into "$.properties.age".
std::string readable_path(std::string_view pointer);

/// The schema that a reference inside the document means to llguidance; null if there is none.
OrderedJson* find_reference(OrderedJson& root, std::string_view reference);

/// Calls visit(schema, pointer) once for each schema that is used, parents first: those below the
/// root and those that are referred to. `visit` may change a schema. It returns what is wrong with
/// it, if anything. The first fault ends the walk, and so does a reference that llguidance would
/// follow to a wrong place.
std::optional<SchemaFault> walk_schemas(
    OrderedJson& root,
    const std::function<std::optional<std::string>(OrderedJson&, const std::string&)>& visit);

}  // namespace pcai::grammar

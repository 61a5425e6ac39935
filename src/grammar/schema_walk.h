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

/// Calls visit(part, step) for the schemas right below `schema` until it returns true, and returns
/// whether it did. A step is a piece of a JSON pointer: "/properties/age", "/anyOf/1".
bool any_subschema(OrderedJson& schema, bool with_definitions,
                   const std::function<bool(OrderedJson&, const std::string&)>& visit);

/// "$.properties.age" of "#/properties/age".
std::string readable_path(std::string_view pointer);

/// What a reference inside the document means, as llguidance finds it; null = nothing is there.
OrderedJson* find_reference(OrderedJson& root, std::string_view reference);

/// Calls visit(schema, pointer) once for each schema that counts, parents first: those below the
/// root and those that are referred to. `visit` may change a schema, and returns what is wrong with
/// it. The first fault ends the walk; so does a reference that would be followed to a wrong place.
std::optional<SchemaFault> walk_schemas(
    OrderedJson& root,
    const std::function<std::optional<std::string>(OrderedJson&, const std::string&)>& visit);

}  // namespace pcai::grammar

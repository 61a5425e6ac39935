#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace pcai::grammar {

using OrderedJson = nlohmann::ordered_json;

/// Under this name each schema of a document says where the client wrote it (SchemaFault::place).
inline constexpr const char* kPlace = "x-pcai-place";
inline constexpr const char* kDefinitions = "$defs";

/// "" where it does not say.
std::string place_of(const OrderedJson& schema);

/// A copy without the places.
OrderedJson without_places(const OrderedJson& schema);

/// Whether every value matches, by the look of it: true, or an object without keywords.
bool is_true(const OrderedJson& schema);

/// Takes everything but the type out of a schema. What it defines stays.
void keep_type(OrderedJson& schema);

/// "#/$defs/" and the name.
std::string reference_to(std::string_view name);

/// Calls visit(part, step) for each schema directly below `schema` until it returns true, and
/// returns whether it did. A step is a piece of a pointer: "/properties/age", "/anyOf/1".
bool any_subschema(OrderedJson& schema, bool with_definitions,
                   const std::function<bool(OrderedJson&, const std::string&)>& visit);

/// The schema that a reference means, "#" or one of the root's definitions; null if there is none.
OrderedJson* find_reference(OrderedJson& root, std::string_view reference);
const OrderedJson* find_reference(const OrderedJson& root, std::string_view reference);

/// Calls visit(schema, pointer) once for each schema that is used, parents first: those below the
/// root and those that are referred to. `visit` may change a schema.
void walk_schemas(OrderedJson& root,
                  const std::function<void(OrderedJson&, const std::string&)>& visit);

}  // namespace pcai::grammar

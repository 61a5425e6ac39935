#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "grammar/schema/schema_walk.h"

namespace pcai::grammar {

/// Under this name a part says that it only excludes: it describes no member (as JSON Schema has
/// it for "not").
inline constexpr const char* kExcludes = "x-pcai-excludes";

/// {"type": all types but this one}.
OrderedJson any_but(const std::string& type);

/// Adds one more schema that must hold for the same value.
void also(OrderedJson& schema, OrderedJson part);

/// What can be said of the schemas of one document, as read_schema() makes it. Keeps a reference
/// to it.
class SchemaLogic {
 public:
  explicit SchemaLogic(const OrderedJson& document) : document_(document) {}

  /// Follows "$ref" where nothing stands beside it.
  const OrderedJson& resolve(const OrderedJson& schema) const;

  /// The schema that a "$ref" means; null if there is none.
  const OrderedJson* target(const OrderedJson& schema) const;

  /// A schema of all other values (but of no number where only whole ones match); nothing where
  /// there is no such thing.
  std::optional<OrderedJson> negate(const OrderedJson& schema) const;

  /// True if it is certain that no value matches both.
  bool disjoint(const OrderedJson& a, const OrderedJson& b) const;

  /// All values that match, if they are few enough to be listed by the schema.
  std::optional<std::vector<OrderedJson>> values_of(const OrderedJson& schema) const;

 private:
  std::optional<OrderedJson> negate(const OrderedJson& schema, int depth) const;
  std::optional<OrderedJson> others(const OrderedJson& schema, const std::string& keyword,
                                    const OrderedJson& value, int depth) const;
  std::optional<OrderedJson> others_of_all(const OrderedJson& schemas, int depth) const;
  bool disjoint(const OrderedJson& a, const OrderedJson& b, int depth) const;
  bool disjoint_objects(const OrderedJson& a, const OrderedJson& b, int depth) const;
  std::optional<std::vector<OrderedJson>> values_of(const OrderedJson& schema, int depth) const;
  std::set<std::string> types_of(const OrderedJson& schema, int depth) const;

  const OrderedJson& document_;
};

}  // namespace pcai::grammar

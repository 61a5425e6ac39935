#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/field.h"

// The API as data. GET /openapi.json and GET /docs are made from the tables that parse the
// requests.

namespace pcai::api {

/// Describes what a route does.
struct ApiOperation {
  std::string_view summary = {};
  std::vector<FieldInfo> (*fields)() = nullptr;  // of the body; null = it has none
  std::string_view answer = {};                  // a schema's name; "" = text of `type`
  std::string_view streams = {};                 // the type of its stream, when asked; "" = none
  std::string_view type = "text/plain";          // of an answer without a schema
  std::string_view error = "Error";              // a schema's name
};

/// An operation and its path.
struct ApiRoute {
  std::string_view method;
  std::string_view path;  // with "{id}"
  bool open = false;      // needs no key
  ApiOperation operation;
  std::string_view example = {};  // a body, in which MODEL stands for a model's id; "" = none
};

/// The fields of a body with this table alone.
template <auto fields>
std::vector<FieldInfo> infos_of() {
  const auto table = fields();
  return {table.begin(), table.end()};
}

/// The OpenAPI 3.1 document, as JSON text. `schemas_by_name` are JSON objects of the schemas that
/// fields and answers name.
std::string openapi_document(std::span<const ApiRoute> routes,
                             std::span<const std::string_view> schemas_by_name = {});

/// The same for people: one HTML page without scripts that loads nothing. Its examples ask the
/// server at `host` ("127.0.0.1:8080") for `model`.
std::string api_page(std::span<const ApiRoute> routes, std::string_view host = "127.0.0.1:8080",
                     std::string_view model = "MODEL");

/// The text between the page's <style> tags, for its Content-Security-Policy.
std::string_view api_page_style() noexcept;

/// The JSON schema of one field, and of an object with such fields.
Json field_schema(const FieldInfo& field);
Json object_schema(const std::vector<FieldInfo>& fields);

template <class Target>
void append_infos(std::vector<FieldInfo>& infos, std::span<const Field<Target>> fields) {
  infos.insert(infos.end(), fields.begin(), fields.end());
}

}  // namespace pcai::api

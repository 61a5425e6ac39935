#pragma once

#include <string>

#include "api/field.h"

namespace pcai::api {

/// A JSON schema as text for a backend, with its keys in the client's order. InvalidRequest when it
/// is over kMaxSchemaBytes without its descriptions and other annotations, or over
/// kMaxAnnotatedBytes with them; its depth is bounded by read_json().
Result<std::string> schema_text(const Json& schema, const std::string& path);

constexpr std::size_t kMaxSchemaBytes = 64 << 10;
constexpr std::size_t kMaxAnnotatedBytes = 512 << 10;

/// The same for a function's arguments, which always are an object: a schema that leaves its type
/// open gets that type, any other type is an InvalidRequest. "" = there are no arguments.
Result<std::string> arguments_schema(Json& schema, const std::string& path);

}  // namespace pcai::api

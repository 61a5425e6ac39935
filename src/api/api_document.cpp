#include "api/api_description.h"

namespace pcai::api {
namespace {

Json schema_ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

Json content(std::string_view type, Json schema) {
  return {{std::string(type), {{"schema", std::move(schema)}}}};
}

Json responses_of(const ApiRoute& route) {
  const ApiOperation& operation = route.operation;
  Json ok = {{"description", "OK"}};
  ok["content"] = operation.answer.empty()
                      ? content(operation.type, {{"type", "string"}})
                      : content("application/json", schema_ref(operation.answer));
  if (!operation.streams.empty()) {
    ok["content"].update(content(operation.streams, Json::object()));
  }
  Json responses = {{"200", std::move(ok)}};
  struct Status {
    const char* code;
    const char* description;
  };
  constexpr Status kStatuses[] = {
      {"400", "Something in the request is wrong or not supported; param names it"},
      {"401", "The API key is missing or wrong"},
      {"403", "The host, origin or key is not allowed"},
      {"404", "The model or response does not exist"},
      {"405", "The path does not have this method"},
      {"408", "It took longer than allowed"},
      {"413", "The body is too large"},
      {"415", "The body is not application/json"},
      {"429", "The queue is full; try again after Retry-After"},
      {"500", "The server or a model failed"},
      {"503",
       "The model is still loading, or the server is shutting down; try again after Retry-After"}};
  const std::string_view error = operation.error;
  for (const Status& status : kStatuses) {
    responses[status.code] = {{"description", status.description},
                              {"content", content("application/json", schema_ref(error))}};
  }
  return responses;
}

Json operation_of(const ApiRoute& route) {
  Json json = {{"summary", route.operation.summary}};
  std::string id(route.method);
  for (const char c : route.path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain || id.back() != '_') id += plain ? c : '_';
  }
  json["operationId"] = id;
  if (route.open) json["security"] = Json::array();
  if (route.path.find("{id}") != std::string_view::npos) {
    json["parameters"] = Json::array({{{"name", "id"},
                                       {"in", "path"},
                                       {"required", true},
                                       {"schema", {{"type", "string"}, {"minLength", 1}}}}});
  }
  if (route.operation.fields) {
    json["requestBody"] = {
        {"required", true},
        {"content", content("application/json", object_schema(route.operation.fields()))}};
  }
  json["responses"] = responses_of(route);
  return json;
}

std::string refused_names() {
  std::string names;
  for (const RefusedField& field : refused_fields()) {
    names += (names.empty() ? "" : ", ") + std::string(field.name);
  }
  return names;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

}  // namespace

std::string openapi_document(std::span<const ApiRoute> routes,
                             std::span<const std::string_view> schemas_by_name) {
  Json paths = Json::object();
  for (const ApiRoute& route : routes) {
    paths[std::string(route.path)][lower(route.method)] = operation_of(route);
  }
  Json schemas = Json::object();
  for (const std::string_view more : schemas_by_name) schemas.update(Json::parse(more));
  return to_text(
      {{"openapi", "3.1.0"},
       {"info",
        {{"title", "PCAI-Inference"},
         {"version", "1"},
         {"description",
          "Language models on this machine, for clients of OpenAI's, Anthropic's and Ollama's "
          "APIs. The prefix /v1 may be missing from OpenAI's paths. A field that is not listed or "
          "has no effect is told in the answer's `warnings` and in its header x-pcai-warnings. "
          "These are refused in a body: " +
              refused_names() + ", and names that are misspelt."}}},
       {"security",
        Json::array({{{"key", Json::array()}}, {{"x_api_key", Json::array()}}, Json::object()})},
       {"paths", std::move(paths)},
       {"components",
        {{"securitySchemes",
          {{"key", {{"type", "http"}, {"scheme", "bearer"}}},
           {"x_api_key", {{"type", "apiKey"}, {"in", "header"}, {"name", "x-api-key"}}}}},
         {"schemas", std::move(schemas)}}}});
}

}  // namespace pcai::api

#include "backend/answer/prompt/short_tools.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kAnnotations = {"description", "title",    "examples",
                                     "example",     "$comment", "default",
                                     "deprecated",  "readOnly", "writeOnly"};
// Keywords with schemas below them. The names of members are no keywords.
constexpr std::array kMaps = {"properties", "patternProperties", "$defs", "definitions",
                              "dependentSchemas"};
constexpr std::array kLists = {"allOf", "anyOf", "oneOf", "prefixItems", "items"};
constexpr std::array kSchemas = {"items",
                                 "additionalItems",
                                 "additionalProperties",
                                 "contains",
                                 "propertyNames",
                                 "unevaluatedItems",
                                 "not",
                                 "if",
                                 "unevaluatedProperties",
                                 "then",
                                 "else"};
constexpr int kDeepest = 64;  // annotations further down stay

bool shorten(Json& schema, int depth = 0) {
  if (!schema.is_object() || depth > kDeepest) return false;
  bool shorter = false;
  for (const char* const keyword : kAnnotations) shorter |= schema.erase(keyword) > 0;
  const auto each = [&](const auto& keywords, bool maps, bool lists) {
    for (const char* const keyword : keywords) {
      const auto found = schema.find(keyword);
      if (found == schema.end()) continue;
      if (maps ? !found->is_object() : lists && !found->is_array()) continue;
      if (!maps && !lists) {
        shorter |= shorten(*found, depth + 1);
      } else {
        for (Json& part : *found) shorter |= shorten(part, depth + 1);
      }
    }
  };
  each(kMaps, true, false);
  each(kLists, false, true);
  each(kSchemas, false, false);
  return shorter;
}

}  // namespace

std::optional<ChatPrompt> without_annotations(const ChatPrompt& chat) {
  if (!chat.tools.enabled()) return std::nullopt;
  ChatPrompt result = chat;
  bool shorter = false;
  for (ToolDefinition& tool : result.tools.definitions) {
    Json schema = Json::parse(tool.parameters, nullptr, false);
    if (!shorten(schema)) continue;
    tool.parameters = schema.dump(-1, ' ', false, Json::error_handler_t::replace);
    shorter = true;
  }
  if (!shorter) return std::nullopt;
  return result;
}

}  // namespace pcai::backend::answer

#include "backend/mistralrs/request_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <utility>

#include "core/parameters/parameters.h"
#include "core/path.h"
#include "core/role_name.h"

namespace pcai::backend::mistralrs {
namespace {

using Json = nlohmann::ordered_json;

/// Templates read arguments as an object, not as the text that OpenAI sends.
Result<Json> tool_call_json(const ToolCall& call, const std::string& field) {
  Json arguments = Json::parse(call.arguments, nullptr, false);
  if (arguments.is_discarded()) {
    return refuse(field + ".arguments", "is not JSON");
  }
  return Json{{"id", call.id},
              {"type", "function"},
              {"function", {{"name", call.name}, {"arguments", std::move(arguments)}}}};
}

Json text_part(std::string_view text) {
  return {{"type", "text"}, {"text", text}};
}

/// Text and images in their order.
Json content_json(const ChatMessage& message, ContentForm form) {
  const std::string text = message.content.value_or("");
  if (message.media.empty()) {
    return form == ContentForm::Text ? Json(text) : Json::array({text_part(text)});
  }
  Json parts = Json::array();
  std::size_t begin = 0;
  for (const Media& media : message.media) {
    const std::size_t position = std::clamp(media.position, begin, text.size());
    if (position > begin) parts.push_back(text_part(text.substr(begin, position - begin)));
    parts.push_back({{"type", to_string(media.kind)}});
    begin = position;
  }
  if (begin < text.size()) parts.push_back(text_part(text.substr(begin)));
  return parts;
}

Result<Json> message_json(const ChatMessage& message, ContentForm form, const std::string& field) {
  Json json{{"role", role_name(message.role)}, {"content", content_json(message, form)}};
  if (!message.name.empty()) json["name"] = message.name;
  if (!message.tool_call_id.empty()) json["tool_call_id"] = message.tool_call_id;
  if (!message.reasoning.empty()) json["reasoning_content"] = message.reasoning;
  for (std::size_t i = 0; i < message.tool_calls.size(); ++i) {
    auto call =
        tool_call_json(message.tool_calls[i], field + ".tool_calls[" + std::to_string(i) + "]");
    if (!call) return fail(std::move(call.error()));
    json["tool_calls"].push_back(std::move(*call));
  }
  return json;
}

/// As OpenAI writes them; null where there are none.
Json tools_json(const ToolOptions& tools) {
  if (!tools.enabled()) return nullptr;
  Json list = Json::array();
  for (const ToolDefinition& tool : tools.definitions) {
    Json function{{"name", tool.name}, {"description", tool.description}};
    function["parameters"] = tool.parameters.empty()
                                 ? Json{{"type", "object"}, {"properties", Json::object()}}
                                 : Json::parse(tool.parameters, nullptr, false);
    list.push_back({{"type", "function"}, {"function", std::move(function)}});
  }
  return list;
}

std::uint64_t random_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32) | random();
}

Json params_json(const GenerateParams& params) {
  Json biases = Json::array();
  for (const LogitBias& bias : params.logit_bias) {
    biases.push_back(Json::array({bias.token, bias.bias}));
  }
  Json json{{"logit_bias", std::move(biases)}};
  for (const Parameter& parameter : kParameters) {
    if (!parameter.faces.has(Face::Bridge)) continue;
    visit_value(parameter, params, [&](const auto& value) { json[parameter.name] = value; });
  }
  if (!params.seed) json["seed"] = random_seed();
  return json;
}

}  // namespace

Result<std::string> chat_json(const ChatPrompt& chat, ContentForm form) {
  Json messages = Json::array();
  for (std::size_t i = 0; i < chat.messages.size(); ++i) {
    auto message = message_json(chat.messages[i], form, "messages[" + std::to_string(i) + "]");
    if (!message) return fail(std::move(message.error()));
    messages.push_back(std::move(*message));
  }
  Json arguments = Json::object();
  for (const TemplateArgument& argument : chat.template_arguments) {
    Json value = Json::parse(argument.json, nullptr, false);
    if (value.is_discarded()) {
      return refuse("template_arguments", "has a member '" + argument.name + "' that is not JSON");
    }
    arguments[argument.name] = std::move(value);
  }
  return Json{{"messages", std::move(messages)},
              {"tools", tools_json(chat.tools)},
              {"reasoning", chat.reasoning},
              {"arguments", std::move(arguments)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string request_json(const std::vector<std::int32_t>& prompt, const GenerateParams& params,
                         std::uint32_t context_length) {
  return Json{{"prompt", {{"tokens", prompt}}},
              {"context_length", context_length},
              {"params", params_json(params)}}
      .dump();
}

std::string request_json(const std::string& chat, const GenerateParams& params,
                         std::uint32_t context_length) {
  return Json{{"prompt", {{"chat", Json::parse(chat)}}},
              {"context_length", context_length},
              {"params", params_json(params)}}
      .dump();
}

}  // namespace pcai::backend::mistralrs

#include "openai/responses/responses_request.h"

#include <iterator>
#include <utility>

#include "api/fields/sampling_fields.h"
#include "api/json_reader.h"
#include "openai/dialects.h"

namespace pcai::openai {
namespace {

api::Json value_or(api::Json& body, std::string_view name, api::Json otherwise) {
  const api::Json* value = api::find_member(body, name);
  return value ? *value : std::move(otherwise);
}

/// The tools with all members that a definition has.
api::Json echoed_tools(api::Json& body) {
  api::Json tools = value_or(body, "tools", api::Json::array());
  if (!tools.is_array()) return api::Json::array();
  for (api::Json& tool : tools) {
    if (!tool.is_object()) continue;
    for (const char* name : {"description", "parameters"}) {
      if (!tool.contains(name)) tool[name] = nullptr;
    }
    if (!tool.contains("strict") || tool["strict"].is_null()) tool["strict"] = true;
  }
  return tools;
}

api::Json number(float value) {
  std::string text;
  api::append_number(text, value);
  return api::Json::parse(text);
}

/// Before the fields are read, which takes the body apart.
api::Json echo_of(api::Json& body) {
  api::Json text = value_or(body, "text", api::Json::object());
  if (text.is_object() && !api::find_member(text, "format")) text["format"] = {{"type", "text"}};
  api::Json reasoning = value_or(body, "reasoning", api::Json::object());
  if (reasoning.is_object()) {
    for (const char* name : {"effort", "summary"}) {
      if (!reasoning.contains(name)) reasoning[name] = nullptr;
    }
  }
  return {{"instructions", value_or(body, "instructions", nullptr)},
          {"max_output_tokens", value_or(body, "max_output_tokens", nullptr)},
          {"metadata", value_or(body, "metadata", api::Json::object())},
          {"parallel_tool_calls", value_or(body, "parallel_tool_calls", true)},
          {"previous_response_id", value_or(body, "previous_response_id", nullptr)},
          {"reasoning", std::move(reasoning)},
          {"text", std::move(text)},
          {"tool_choice", value_or(body, "tool_choice", "auto")},
          {"tools", echoed_tools(body)},
          {"truncation", "disabled"}};
}

}  // namespace

Result<ResponsesRequest> parse_responses_request(std::string_view text,
                                                 const DefaultsOf& defaults_of,
                                                 StoredItem stored_item) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  if (Status checked = api::check_object(*body, ""); !checked) return fail(checked.error());
  ResponsesRequest request;
  request.stored_item = std::move(stored_item);
  request.generate.prompt = ChatPrompt{};
  request.echo = echo_of(*body);
  GenerateParams& params = request.generate.params;
  api::start_with_defaults(*body, defaults_of, params);
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<ResponsesRequest>{responses_fields(), request},
                                 api::FieldSet<GenerateParams>{api::sampling_fields(), params});
  request.stored_item = {};
  if (read && params.top_logprobs > 0 && !params.logprobs) {
    read = fail(ErrorCode::InvalidRequest,
                "top_logprobs needs 'message.output_text.logprobs' in include", "top_logprobs");
  }
  if (read) read = api::set_continuation(request.generate, request.continuation);
  if (read) read = api::check_request_in(kResponsesDialect, request.generate, request.places);
  if (!read) return fail(std::move(read).error());
  request.echo["temperature"] = number(params.temperature);
  request.echo["top_p"] = number(params.top_p);
  request.echo["top_logprobs"] = params.top_logprobs;
  return request;
}

void add_answer(std::vector<ChatMessage>& conversation, ChatMessage answer, bool continues) {
  if (!continues || conversation.empty()) {
    conversation.push_back(std::move(answer));
    return;
  }
  ChatMessage& last = conversation.back();
  last.content = last.content.value_or("") + answer.content.value_or("");
  last.reasoning += answer.reasoning;
  last.tool_calls = std::move(answer.tool_calls);
}

void add_history(ResponsesRequest& request, std::vector<ChatMessage> history, api::Places& places) {
  auto& messages = std::get<ChatPrompt>(request.generate.prompt).messages;
  const bool instructed = !request.instructions.empty();
  if (instructed) {
    history.insert(history.begin(), {.role = Role::System, .content = request.instructions});
  }
  places.shift("messages", history.size());
  for (std::size_t i = 0; i < history.size(); ++i) {
    const bool first = i == 0 && instructed;
    places.add_whole(item_path("messages", i), first ? "instructions" : "previous_response_id");
  }
  history.insert(history.end(), std::make_move_iterator(messages.begin()),
                 std::make_move_iterator(messages.end()));
  messages = std::move(history);
}

}  // namespace pcai::openai

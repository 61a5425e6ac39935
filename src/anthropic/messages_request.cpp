#include "anthropic/messages_request.h"

#include <algorithm>
#include <utility>

#include "anthropic/content.h"
#include "anthropic/dialect.h"
#include "api/fields/parameter_field.h"
#include "api/fields/sampling_fields.h"
#include "api/fields/schema_text.h"
#include "api/json_reader.h"

namespace pcai::anthropic {
namespace {

using Request = MessagesRequest;

ChatPrompt& chat_of(Request& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

Status read_model(api::Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_messages_field(api::Json& value, const std::string& path, Request& request) {
  std::vector<ChatMessage>& messages = chat_of(request).messages;
  auto turns = read_turns(value, path, messages.size(), request.warnings, request.places);
  if (!turns) return fail(std::move(turns).error());
  // The answer goes on from what the client wrote for the assistant.
  chat_of(request).continues = turns->back().role == Role::Assistant;
  std::move(turns->begin(), turns->end(), std::back_inserter(messages));
  return {};
}

/// Comes before the messages.
Status read_system(api::Json& value, const std::string& path, Request& request) {
  ChatMessage system{.role = Role::System};
  Status read = read_text(value, path, request.warnings, system.content.emplace());
  if (!read || system.content->empty()) return read;
  request.places.add_whole("messages[0]", path);
  chat_of(request).messages.push_back(std::move(system));
  return read;
}

Status read_nothing(api::Json&, const std::string&, ToolDefinition&) {
  return {};
}

Status read_input_schema(api::Json& value, const std::string& path, ToolDefinition& tool) {
  auto text = api::arguments_schema(value, path);
  if (!text) return fail(std::move(text).error());
  tool.parameters = *std::move(text);
  return {};
}

std::span<const api::Field<ToolDefinition>> tool_fields() {
  using T = ToolDefinition;
  static const std::vector<api::Field<T>> kFields = {
      {{"type", api::FieldType::String}, read_nothing},
      api::required(
          api::field<&T::name>("name", {1, kMaxToolNameBytes}, "Letters, digits, '_' or '-'")),
      api::field<&T::description>("description", {}, "Description for the model"),
      api::required(api::Field<T>{
          {"input_schema", api::FieldType::Object, {}, "", "JSON schema of the input"},
          read_input_schema}),
      {{"strict", api::FieldType::Boolean, {}, "", "Inputs always match the schema"}, read_nothing},
      api::ignored_field<T>("cache_control", api::FieldType::Object, "Prefixes are cached anyway"),
      api::ignored_field<T>("eager_input_streaming", api::FieldType::Boolean,
                            "Inputs are always streamed"),
      api::ignored_field<T>("input_examples", api::FieldType::Array, "The model does not see them"),
  };
  return kFields;
}

Status read_tools(api::Json& value, const std::string& path, Request& request) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = api::check_object(value[i], where); !checked) return checked;
    if (api::find_member(value[i], "type")) {
      const auto type = api::read_type(value[i], where);
      if (!type) return fail(type.error());
      if (*type != "custom" && *type != "function") {
        request.warnings.add(api::tool_left_out(where, *type));
        continue;
      }
    }
    ToolDefinition& tool = chat_of(request).tools.definitions.emplace_back();
    Status read = api::read_fields(value[i], where, request.warnings,
                                   api::FieldSet<ToolDefinition>{tool_fields(), tool});
    if (!read) return read;
  }
  return {};
}

struct Choice {
  std::string type;
  std::string name;
  bool disable_parallel_tool_use = false;
};

/// Comes after the tools.
Status read_tool_choice(api::Json& value, const std::string& path, Request& request) {
  static const std::vector<api::Field<Choice>> kFields = {
      api::required(api::field<&Choice::type>("type", {}, "auto, any, tool or none")),
      api::field<&Choice::name>("name", {1, kMaxToolNameBytes}, "Of the tool, for tool"),
      api::field<&Choice::disable_parallel_tool_use>("disable_parallel_tool_use", {},
                                                     "At most one call"),
  };
  Choice choice;
  Status read =
      api::read_fields(value, path, request.warnings, api::FieldSet<Choice>{kFields, choice});
  if (!read) return read;
  const auto wrong = [&](std::string_view member, const std::string& what) {
    const std::string where = api::member_path(path, member);
    return fail(ErrorCode::InvalidRequest, where + " " + what, where);
  };
  ToolOptions& tools = chat_of(request).tools;
  tools.parallel = !choice.disable_parallel_tool_use;
  if (choice.type == "none") {
    tools.choice = ToolChoice::None;
    return {};
  }
  if (choice.type == "auto") return {};
  if (choice.type != "any" && choice.type != "tool") {
    return wrong("type", "must be auto, any, tool or none, not " + api::quote_text(choice.type));
  }
  if (tools.definitions.empty()) return wrong("type", "needs tools that the client runs");
  tools.choice = ToolChoice::Required;
  if (choice.type == "any") return {};
  const bool known = std::any_of(tools.definitions.begin(), tools.definitions.end(),
                                 [&](const auto& tool) { return tool.name == choice.name; });
  if (!known) return wrong("name", "must be the name of one of the tools");
  tools.allowed = {choice.name};
  return {};
}

struct Thinking {
  std::string type;
  std::uint32_t budget_tokens = 0;  // 0 = none was given
};

Status read_thinking(api::Json& value, const std::string& path, Request& request) {
  static const std::vector<api::Field<Thinking>> kFields = {
      api::required(api::field<&Thinking::type>("type", {}, "enabled, adaptive or disabled")),
      api::field<&Thinking::budget_tokens>(
          "budget_tokens", {1, kMaxTokenCount},
          "Maximum number of thinking tokens; then the answer begins"),
      api::ignored_field<Thinking>("display", api::FieldType::String, "Thinking is always shown"),
  };
  Thinking thinking;
  Status read =
      api::read_fields(value, path, request.warnings, api::FieldSet<Thinking>{kFields, thinking});
  if (!read) return read;
  if (thinking.type != "enabled" && thinking.type != "adaptive" && thinking.type != "disabled") {
    const std::string where = api::member_path(path, "type");
    return fail(
        ErrorCode::InvalidRequest,
        where + " must be enabled, adaptive or disabled, not " + api::quote_text(thinking.type),
        where);
  }
  chat_of(request).reasoning = thinking.type != "disabled";
  if (thinking.budget_tokens > 0) {
    request.generate.params.reasoning_budget = thinking.budget_tokens;
  }
  return {};
}

struct Format {
  std::string type;
  std::string schema;
};

Status read_format(api::Json& value, const std::string& path, Request& request) {
  static const std::vector<api::Field<Format>> kFields = {
      api::required(api::field<&Format::type>("type", {}, "json_schema")),
      api::required(api::Field<Format>{
          {"schema", api::FieldType::Object, {}, "", "What the answer must match"},
          [](api::Json& schema, const std::string& at, Format& format) -> Status {
            auto text = api::schema_text(schema, at);
            if (!text) return fail(std::move(text).error());
            format.schema = *std::move(text);
            return {};
          }}),
  };
  Format format;
  Status read =
      api::read_fields(value, path, request.warnings, api::FieldSet<Format>{kFields, format});
  if (!read) return read;
  if (format.type != "json_schema") {
    const std::string where = api::member_path(path, "type");
    return fail(ErrorCode::InvalidRequest,
                where + " must be json_schema, not " + api::quote_text(format.type), where);
  }
  request.generate.params.grammar = Grammar{GrammarKind::JsonSchema, std::move(format.schema)};
  request.places.add("grammar", api::member_path(path, "schema"));
  return {};
}

Status read_output_config(api::Json& value, const std::string& path, Request& request) {
  static const std::vector<api::Field<Request>> kFields = {
      {{"format", api::FieldType::Object}, read_format},
      api::ignored_field<Request>("effort", api::FieldType::String,
                                  "The model decides how long it thinks"),
  };
  return api::read_fields(value, path, request.warnings, api::FieldSet<Request>{kFields, request});
}

/// Always a list here.
api::Field<Request> stop_sequences_field() {
  auto field = api::with_name(api::parameter_field<&GenerateParams::stop_sequences, Request>(),
                              "stop_sequences");
  field.type = api::FieldType::Array;
  return field;
}

Result<Request> parse(std::string_view text, bool counts, const DefaultsOf& defaults_of) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  Request request;
  // No other API asks for reasoning; here it is off unless the client turns it on.
  request.generate.prompt = ChatPrompt{.messages = {}, .reasoning = false};
  api::start_with_defaults(*body, defaults_of, request.generate.params);
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<Request>{messages_fields(), request});
  if (read && !counts && !api::find_member(*body, "max_tokens")) {
    read = fail(ErrorCode::InvalidRequest, "max_tokens is required", "max_tokens");
  }
  if (read) read = api::check_request_in(kAnthropicDialect, request.generate, request.places);
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace

std::span<const api::Field<MessagesRequest>> messages_fields() {
  using enum api::FieldType;
  using P = GenerateParams;
  static const std::vector<api::Field<Request>> kFields = {
      api::required(api::Field<Request>{
          {"model", String, {1, kMaxModelNameBytes}, "", "The model's id"}, read_model}),
      api::with_schema(
          api::Field<Request>{{"system", StringOrArray, {0, 1024}, "", "System prompt"},
                              read_system},
          "AnthropicSystem"),
      api::required(api::with_schema(
          api::Field<Request>{{"messages", Array, {1, kMaxMessages}, "", "The chat so far"},
                              read_messages_field},
          "AnthropicMessages")),
      api::parameter_field<&P::max_tokens, Request>(),
      api::with_range(api::parameter_field<&P::temperature, Request>(), {0, 1}),
      api::parameter_field<&P::top_p, Request>(),
      api::with_range(api::parameter_field<&P::top_k, Request>(), {0, kMaxTokenCount}),
      stop_sequences_field(),
      api::field<&Request::stream>("stream", {}, "Stream the answer"),
      api::with_schema(
          api::Field<Request>{{"tools", Array, {0, kMaxTools}, "", "What the model may call"},
                              read_tools},
          "AnthropicTools"),
      api::with_schema(
          api::Field<Request>{{"tool_choice", Object, {}, "", "Whether it must call one"},
                              read_tool_choice},
          "AnthropicToolChoice"),
      api::with_schema(
          api::Field<Request>{{"thinking", Object, {}, "", "Whether the model reasons first"},
                              read_thinking},
          "AnthropicThinking"),
      api::with_schema(api::Field<Request>{{"output_config", Object, {}, "", "The answer's format"},
                                           read_output_config},
                       "AnthropicOutput"),
      api::with_schema(
          api::Field<Request>{{"output_format", Object, {}, "", "Older name of the same field"},
                              read_format},
          "AnthropicFormat"),
      api::ignored_field<Request>("container", Any, "There are no containers"),
      api::ignored_field<Request>("context_management", Object, "Nothing is edited or cut"),
      api::ignored_field<Request>("betas", Array, "There is nothing to switch on"),
      api::ignored_field<Request>("metadata", Object, "The client's notes"),
      api::ignored_field<Request>("service_tier", String, "There is only one tier"),
      api::ignored_field<Request>("cache_control", Object, "Prefixes are cached anyway"),
      api::ignored_field<Request>("inference_geo", String, "It is computed here"),
  };
  return kFields;
}

Result<MessagesRequest> parse_messages_request(std::string_view body,
                                               const DefaultsOf& defaults_of) {
  return parse(body, false, defaults_of);
}

Result<MessagesRequest> parse_count_request(std::string_view body) {
  return parse(body, true, {});
}

}  // namespace pcai::anthropic

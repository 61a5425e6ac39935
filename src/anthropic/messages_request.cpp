#include "anthropic/messages_request.h"

#include <algorithm>
#include <utility>

#include "anthropic/content.h"
#include "anthropic/dialect.h"
#include "openai/json_reader.h"
#include "openai/parameter_field.h"
#include "openai/sampling_fields.h"
#include "openai/schema_text.h"

namespace pcai {
namespace {

using Request = MessagesRequest;

ChatPrompt& chat_of(Request& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

Status read_model(Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_messages_field(Json& value, const std::string& path, Request& request) {
  std::vector<ChatMessage>& messages = chat_of(request).messages;
  auto turns = read_turns(value, path, messages.size(), request.warnings, request.places);
  if (!turns) return fail(std::move(turns).error());
  std::move(turns->begin(), turns->end(), std::back_inserter(messages));
  return {};
}

/// Comes before the messages.
Status read_system(Json& value, const std::string& path, Request& request) {
  ChatMessage system{.role = Role::System};
  Status read = read_text(value, path, request.warnings, system.content.emplace());
  if (!read || system.content->empty()) return read;
  request.places.add_whole("messages[0]", path);
  chat_of(request).messages.push_back(std::move(system));
  return read;
}

Status read_nothing(Json&, const std::string&, ToolDefinition&) {
  return {};
}

Status read_input_schema(Json& value, const std::string& path, ToolDefinition& tool) {
  auto text = arguments_schema(value, path);
  if (!text) return fail(std::move(text).error());
  tool.parameters = *std::move(text);
  return {};
}

std::span<const Field<ToolDefinition>> tool_fields() {
  using T = ToolDefinition;
  static const std::vector<Field<T>> kFields = {
      {{"type", FieldType::String}, read_nothing},
      required(field<&T::name>("name", {1, kMaxToolNameBytes}, "Letters, digits, '_' or '-'")),
      field<&T::description>("description", {}, "Description for the model"),
      required(Field<T>{{"input_schema", FieldType::Object, {}, "", "JSON schema of the input"},
                        read_input_schema}),
      {{"strict", FieldType::Boolean, {}, "", "Inputs always match the schema"}, read_nothing},
      ignored_field<T>("cache_control", FieldType::Object, "Prefixes are cached anyway"),
      ignored_field<T>("eager_input_streaming", FieldType::Boolean, "Inputs are always streamed"),
      ignored_field<T>("input_examples", FieldType::Array, "The model does not see them"),
  };
  return kFields;
}

Status read_tools(Json& value, const std::string& path, Request& request) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = check_object(value[i], where); !checked) return checked;
    const Json* type = find_member(value[i], "type");
    if (type && *type != "custom") {
      const std::string at = member_path(where, "type");
      return fail(
          ErrorCode::Unsupported,
          at + ": tools of type " + to_text(*type) + " are not supported here, only 'custom' ones",
          at);
    }
    ToolDefinition& tool = chat_of(request).tools.definitions.emplace_back();
    Status read = read_fields(value[i], where, request.warnings,
                              FieldSet<ToolDefinition>{tool_fields(), tool});
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
Status read_tool_choice(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Choice>> kFields = {
      required(field<&Choice::type>("type", {}, "auto, any, tool or none")),
      field<&Choice::name>("name", {1, kMaxToolNameBytes}, "Of the tool, for tool"),
      field<&Choice::disable_parallel_tool_use>("disable_parallel_tool_use", {},
                                                "At most one call"),
  };
  Choice choice;
  Status read = read_fields(value, path, request.warnings, FieldSet<Choice>{kFields, choice});
  if (!read) return read;
  const auto wrong = [&](std::string_view member, const std::string& what) {
    const std::string where = member_path(path, member);
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
    return wrong("type", "must be auto, any, tool or none, not " + quote_text(choice.type));
  }
  if (tools.definitions.empty()) return wrong("type", "needs tools");
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

Status read_thinking(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Thinking>> kFields = {
      required(field<&Thinking::type>("type", {}, "enabled, adaptive or disabled")),
      field<&Thinking::budget_tokens>("budget_tokens", {1, kMaxTokenCount},
                                      "Maximum number of thinking tokens; then the answer begins"),
      ignored_field<Thinking>("display", FieldType::String, "Thinking is always shown"),
  };
  Thinking thinking;
  Status read = read_fields(value, path, request.warnings, FieldSet<Thinking>{kFields, thinking});
  if (!read) return read;
  if (thinking.type != "enabled" && thinking.type != "adaptive" && thinking.type != "disabled") {
    const std::string where = member_path(path, "type");
    return fail(ErrorCode::InvalidRequest,
                where + " must be enabled, adaptive or disabled, not " + quote_text(thinking.type),
                where);
  }
  chat_of(request).thinking = thinking.type != "disabled";
  if (thinking.budget_tokens > 0) {
    request.generate.params.reasoning_budget = thinking.budget_tokens;
  }
  return {};
}

struct Format {
  std::string type;
  std::string schema;
};

Status read_format(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Format>> kFields = {
      required(field<&Format::type>("type", {}, "json_schema")),
      required(Field<Format>{{"schema", FieldType::Object, {}, "", "What the answer must match"},
                             [](Json& schema, const std::string& at, Format& format) -> Status {
                               auto text = schema_text(schema, at);
                               if (!text) return fail(std::move(text).error());
                               format.schema = *std::move(text);
                               return {};
                             }}),
  };
  Format format;
  Status read = read_fields(value, path, request.warnings, FieldSet<Format>{kFields, format});
  if (!read) return read;
  if (format.type != "json_schema") {
    const std::string where = member_path(path, "type");
    return fail(ErrorCode::InvalidRequest,
                where + " must be json_schema, not " + quote_text(format.type), where);
  }
  request.generate.params.grammar = Grammar{GrammarKind::JsonSchema, std::move(format.schema)};
  request.places.add_whole("grammar", path);
  return {};
}

Status read_output_config(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Request>> kFields = {
      {{"format", FieldType::Object}, read_format},
      ignored_field<Request>("effort", FieldType::String, "The model decides how long it thinks"),
  };
  return read_fields(value, path, request.warnings, FieldSet<Request>{kFields, request});
}

/// Always a list here.
Field<Request> stop_sequences_field() {
  auto field =
      with_name(parameter_field<&GenerateParams::stop_sequences, Request>(), "stop_sequences");
  field.type = FieldType::Array;
  return field;
}

Result<Request> parse(std::string_view text, bool counts, const DefaultsOf& defaults_of) {
  Result<Json> body = read_json(text);
  if (!body) return fail(std::move(body).error());
  Request request;
  // No other API asks for reasoning; here it is off unless the client turns it on.
  request.generate.prompt = ChatPrompt{.messages = {}, .thinking = false};
  start_with_defaults(*body, defaults_of, request.generate.params);
  Status read =
      read_fields(*body, "", request.warnings, FieldSet<Request>{messages_fields(), request});
  if (read && !counts && !find_member(*body, "max_tokens")) {
    read = fail(ErrorCode::InvalidRequest, "max_tokens is required", "max_tokens");
  }
  if (read) read = check_request_in(kAnthropicDialect, request.generate, request.places);
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace

std::span<const Field<MessagesRequest>> messages_fields() {
  using enum FieldType;
  using P = GenerateParams;
  static const std::vector<Field<Request>> kFields = {
      required(Field<Request>{{"model", String, {1, kMaxModelNameBytes}, "", "The model's id"},
                              read_model}),
      with_schema(
          Field<Request>{{"system", StringOrArray, {0, 1024}, "", "System prompt"}, read_system},
          "AnthropicSystem"),
      required(
          with_schema(Field<Request>{{"messages", Array, {1, kMaxMessages}, "", "The chat so far"},
                                     read_messages_field},
                      "AnthropicMessages")),
      parameter_field<&P::max_tokens, Request>(),
      with_range(parameter_field<&P::temperature, Request>(), {0, 1}),
      parameter_field<&P::top_p, Request>(),
      with_range(parameter_field<&P::top_k, Request>(), {0, kMaxTokenCount}),
      stop_sequences_field(),
      field<&Request::stream>("stream", {}, "Stream the answer"),
      with_schema(Field<Request>{{"tools", Array, {0, kMaxTools}, "", "What the model may call"},
                                 read_tools},
                  "AnthropicTools"),
      with_schema(Field<Request>{{"tool_choice", Object, {}, "", "Whether it must call one"},
                                 read_tool_choice},
                  "AnthropicToolChoice"),
      with_schema(Field<Request>{{"thinking", Object, {}, "", "Whether the model reasons first"},
                                 read_thinking},
                  "AnthropicThinking"),
      with_schema(Field<Request>{{"output_config", Object, {}, "", "The answer's format"},
                                 read_output_config},
                  "AnthropicOutput"),
      with_schema(Field<Request>{{"output_format", Object, {}, "", "Older name of the same field"},
                                 read_format},
                  "AnthropicFormat"),
      unsupported_field<Request>("mcp_servers", Array, "servers of tools"),
      unsupported_field<Request>("container", Any, "containers"),
      unsupported_field<Request>("context_management", Object, "edits of the context"),
      ignored_field<Request>("metadata", Object, "The client's notes"),
      ignored_field<Request>("service_tier", String, "There is only one tier"),
      ignored_field<Request>("cache_control", Object, "Prefixes are cached anyway"),
      ignored_field<Request>("inference_geo", String, "It is computed here"),
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

}  // namespace pcai

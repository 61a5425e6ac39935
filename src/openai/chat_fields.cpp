#include "openai/chat_fields.h"

#include "openai/messages.h"

namespace pcai {
namespace {

using Request = ChatCompletionRequest;

constexpr Range kMaxTokens{1, 2147483647};

Status unsupported(const std::string& path, const Json& value, std::string_view instead) {
  const std::string what =
      value.is_string() ? quote_text(value.get_ref<const std::string&>()) : "this";
  return fail(ErrorCode::Unsupported,
              path + ": " + what + " is not supported here; " + std::string(instead), path);
}

Status read_model(Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_message_list(Json& value, const std::string& path, Request& request) {
  auto messages = read_messages(value, path, request.warnings);
  if (!messages) return fail(std::move(messages).error());
  request.generate.prompt = ChatPrompt{*std::move(messages)};
  return {};
}

Status read_max_tokens(Json& value, const std::string&, Request& request) {
  request.generate.params.max_tokens = value.get<std::uint32_t>();
  return {};
}

Status read_logprobs(Json& value, const std::string&, Request& request) {
  request.generate.params.logprobs = value.get<bool>();
  return {};
}

Status read_top_logprobs(Json& value, const std::string&, Request& request) {
  request.generate.params.top_logprobs = value.get<std::uint32_t>();
  return {};
}

Status read_stream_options(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Request>> kFields = {
      field<&Request::include_usage>("include_usage", {}, "A last chunk with the usage"),
      ignored_field<Request>("include_obfuscation", FieldType::Boolean, "Padding of the chunks"),
  };
  return read_fields(value, path, request.warnings, FieldSet<Request>{kFields, request});
}

/// `{"type":"text"}` is what everybody gets.
Status read_response_format(Json& value, const std::string& path, Request&) {
  const std::string where = member_path(path, "type");
  Json* type = find_member(value, "type");
  if (!type) return fail(ErrorCode::InvalidRequest, where + " is required", where);
  if (Status checked = check_field({"type", FieldType::String}, *type, where); !checked) {
    return checked;
  }
  const std::string& name = type->get_ref<const std::string&>();
  if (name == "json_object" || name == "json_schema") return unsupported(where, name, "use 'text'");
  if (name != "text") {
    return fail(ErrorCode::InvalidRequest,
                where + " must be text, json_object or json_schema, not " + quote_text(name),
                where);
  }
  return {};
}

/// With no tools at hand, "none" and "auto" both mean that none is called.
Status read_tool_choice(Json& value, const std::string& path, Request&) {
  if (value.is_object()) return unsupported(path, value, "use 'none' or 'auto'");
  const std::string& choice = value.get_ref<const std::string&>();
  if (choice == "none" || choice == "auto") return {};
  if (choice == "required") return unsupported(path, value, "use 'none' or 'auto'");
  return fail(ErrorCode::InvalidRequest,
              path + " must be none, auto, required or an object, not " + quote_text(choice), path);
}

Status read_modalities(Json& value, const std::string& path, Request& request) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = check_field({"", FieldType::String}, value[i], where); !checked) {
      return checked;
    }
    if (value[i] != "text") return unsupported(where, value[i], "use 'text'");
  }
  request.warnings.push_back(no_effect(path));
  return {};
}

}  // namespace

std::span<const Field<Request>> chat_fields() {
  using enum FieldType;
  const std::string default_max = std::to_string(GenerateParams{}.max_tokens);
  static const std::vector<Field<Request>> kFields = {
      {{"model", String, {0, 256}, "", "The model's id; empty or absent takes the default model"},
       read_model},
      required(
          Field<Request>{{"messages", Array, {1, 4096}, "", "The chat so far"}, read_message_list}),
      {{"max_tokens", Integer, kMaxTokens, default_max, "Deprecated: max_completion_tokens"},
       read_max_tokens},
      // After max_tokens, because it wins.
      {{"max_completion_tokens", Integer, kMaxTokens, default_max, "Most tokens of an answer"},
       read_max_tokens},
      field<&Request::n>("n", {1, 8}, "How many answers"),
      field<&Request::stream>("stream", {}, "Send the answer in pieces as it comes"),
      {{"stream_options", Object, {}, "", "Only with stream"}, read_stream_options},
      {{"logprobs", Boolean, {}, "false", "Give each token's log-probability"}, read_logprobs},
      {{"top_logprobs", Integer, {0, 20}, "0", "Alternatives a token; needs logprobs"},
       read_top_logprobs},
      {{"response_format", Object, {}, "", "{\"type\":\"text\"}"}, read_response_format},
      {{"tool_choice", StringOrObject, {}, "", "Without tools: none or auto"}, read_tool_choice},
      {{"function_call", StringOrObject, {}, "", "Legacy: none or auto"}, read_tool_choice},
      {{"modalities", Array, {1, 8}, "", "[\"text\"]"}, read_modalities},

      unsupported_field<Request>("tools", Array, "tools"),
      unsupported_field<Request>("functions", Array, "legacy functions"),
      unsupported_field<Request>("audio", Object, "audio answers"),
      unsupported_field<Request>("web_search_options", Object, "web search"),
      unsupported_field<Request>("chat_template_kwargs", Object, "arguments of the template"),

      ignored_field<Request>("user", String, "Who asks"),
      ignored_field<Request>("metadata", Object, "The client's notes"),
      ignored_field<Request>("store", Boolean, "Nothing is stored"),
      ignored_field<Request>("verbosity", String, "Of no use to the models here"),
      ignored_field<Request>("safety_identifier", String, "Who asks"),
      ignored_field<Request>("prompt_cache_key", String, "Prefixes are cached anyway"),
      ignored_field<Request>("prompt_cache_retention", String, "Prefixes are cached anyway"),
      ignored_field<Request>("service_tier", String, "There is one tier"),
      ignored_field<Request>("prediction", Object, "Only ever made answers faster"),
      ignored_field<Request>("reasoning_effort", String, "Reasoning is the model's own affair"),
      ignored_field<Request>("parallel_tool_calls", Boolean, "There are no tools"),
      ignored_field<Request>("keep_alive", Any, "The server decides how long models stay"),
      ignored_field<Request>("ttl", Any, "The server decides how long models stay"),
  };
  return kFields;
}

}  // namespace pcai

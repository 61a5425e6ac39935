#include "openai/chat/chat_fields.h"

#include "api/fields/parameter_field.h"
#include "api/fields/template_fields.h"
#include "openai/chat/messages.h"
#include "openai/format_fields.h"
#include "openai/tool_fields.h"

namespace pcai::openai {
namespace {

using Request = ChatCompletionRequest;

constexpr Range kTools{0, kMaxTools};

Status unsupported(const std::string& path, const api::Json& value, std::string_view instead) {
  const std::string what =
      value.is_string() ? api::quote_text(value.get_ref<const std::string&>()) : "this";
  return fail(ErrorCode::Unsupported,
              path + ": " + what + " is not supported here; " + std::string(instead), path);
}

Status read_message_list(api::Json& value, const std::string& path, Request& request) {
  auto messages = read_messages(value, path, request.warnings, request.places);
  if (!messages) return fail(std::move(messages).error());
  request.generate.prompt = ChatPrompt{*std::move(messages)};
  return {};
}

Status read_response_format(api::Json& value, const std::string& path, Request& request) {
  std::optional<Grammar> grammar;
  Status read = read_format(value, path, FormatShape::Nested, request.warnings, grammar);
  if (!read || !grammar) return read;
  if (request.generate.params.grammar) {
    return fail(ErrorCode::InvalidRequest,
                path + ", grammar and json_schema exclude each other; leave out all except one", path);
  }
  request.generate.params.grammar = std::move(grammar);
  std::string place = schema_path(value, path, FormatShape::Nested);
  if (!place.empty()) request.places.add("grammar", std::move(place));
  return {};
}

ChatPrompt& prompt_of(Request& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

Status read_tool_list(api::Json& value, const std::string& path, Request& request) {
  return read_tools(value, path, ToolShape::Nested, prompt_of(request).tools, request.warnings);
}

Status read_function_list(api::Json& value, const std::string& path, Request& request) {
  request.legacy_calls = !value.empty();
  if (request.legacy_calls) request.places.add("tools", path);
  return read_functions(value, path, prompt_of(request).tools, request.warnings);
}

Status read_parallel(api::Json& value, const std::string&, Request& request) {
  prompt_of(request).tools.parallel = value.get<bool>();
  return {};
}

Status read_choice(api::Json& value, const std::string& path, Request& request) {
  return read_tool_choice(value, path, ToolShape::Nested, prompt_of(request).tools,
                          request.warnings);
}

Status read_legacy_choice(api::Json& value, const std::string& path, Request& request) {
  request.places.add_whole("tool_choice", path);
  return read_function_call(value, path, prompt_of(request).tools, request.warnings);
}

Status read_effort(api::Json& value, const std::string& path, Request& request) {
  return api::read_reasoning_effort(value, path, prompt_of(request));
}

Status read_arguments(api::Json& value, const std::string& path, Request& request) {
  return api::read_template_arguments(value, path, prompt_of(request));
}

Status read_continue(api::Json& value, const std::string&, Request& request) {
  request.continuation.continue_final_message = value.get<bool>();
  return {};
}

Status read_generation_prompt(api::Json& value, const std::string&, Request& request) {
  request.continuation.add_generation_prompt = value.get<bool>();
  return {};
}

Status read_modalities(api::Json& value, const std::string& path, Request& request) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = api::check_field({"", api::FieldType::String}, value[i], where);
        !checked) {
      return checked;
    }
    if (value[i] != "text") return unsupported(where, value[i], "use 'text'");
  }
  request.warnings.add(api::no_effect(path));
  return {};
}

}  // namespace

std::span<const api::Field<Request>> chat_fields() {
  using enum api::FieldType;
  using P = GenerateParams;
  static const std::vector<api::Field<Request>> kFields = {
      api::required(api::with_schema(
          api::Field<Request>{{"messages", Array, {1, kMaxMessages}, "", "The chat so far"},
                              read_message_list},
          "Messages")),
      api::with_description(api::parameter_field<&P::max_tokens, Request>(),
                            "Deprecated: max_completion_tokens"),
      // After max_tokens, because it wins.
      api::with_name(api::parameter_field<&P::max_tokens, Request>(), "max_completion_tokens"),
      api::parameter_field<&P::logprobs, Request>(),
      api::parameter_field<&P::top_logprobs, Request>(),
      api::with_schema(
          api::Field<Request>{{"response_format", Object, {}, "", "Format of the answer"},
                              read_response_format},
          "ResponseFormat"),
      api::with_schema(
          api::Field<Request>{{"tools", Array, kTools, "", "Functions the model may call"},
                              read_tool_list},
          "Tools"),
      {{"functions", Array, kTools, "", "Older form of tools"}, read_function_list},
      {{"parallel_tool_calls", Boolean, {}, "true", "false: at most one call"}, read_parallel},
      // After the tools, whose names they may use, and parallel_tool_calls, which they may narrow.
      api::with_schema(
          api::Field<Request>{{"tool_choice", StringOrObject, {}, "", "Which tools may be called"},
                              read_choice},
          "ToolChoice"),
      {{"function_call", StringOrObject, {}, "", "Older form of tool_choice"}, read_legacy_choice},
      api::with_choices(
          api::Field<Request>{{"reasoning_effort", String, {}, "", "Amount of reasoning"},
                              read_effort},
          api::reasoning_efforts()),
      api::parameter_field<&P::reasoning_budget, Request>(),
      // After reasoning_effort, because it wins.
      {{"chat_template_kwargs",
        Object,
        {0, kMaxTemplateArguments},
        "",
        "Arguments of the model's chat template"},
       read_arguments},
      {{"continue_final_message",
        Boolean,
        {},
        "",
        "Continue the last message, the assistant's; absent: if it is a text and no format is set"},
       read_continue},
      {{"add_generation_prompt",
        Boolean,
        {},
        "",
        "Begin a new turn of the assistant's; not together with continue_final_message"},
       read_generation_prompt},
      {{"modalities", Array, {1, 8}, "", "[\"text\"]"}, read_modalities},

      api::unsupported_field<Request>("audio", Object, "audio answers"),

      api::ignored_field<Request>("metadata", Object, "The client's notes"),
      api::ignored_field<Request>("store", Boolean, "Nothing is stored"),
      api::ignored_field<Request>("verbosity", String, "No model here uses it"),
      api::ignored_field<Request>("safety_identifier", String, "Who asks"),
      api::ignored_field<Request>("prompt_cache_key", String, "Prefixes are cached anyway"),
      api::ignored_field<Request>("prompt_cache_retention", String, "Prefixes are cached anyway"),
      api::ignored_field<Request>("service_tier", String, "There is only one tier"),
      api::ignored_field<Request>("prediction", Object, "Would only make answers faster"),
      api::ignored_field<Request>("web_search_options", Object, "Nothing is searched here"),
      api::ignored_field<Request>("client_metadata", Object, "The client's notes"),
      api::ignored_field<Request>("cache_prompt", Boolean, "Prefixes are cached anyway"),
  };
  return kFields;
}

}  // namespace pcai::openai

#include "openai/chat_fields.h"

#include "openai/format_fields.h"
#include "openai/messages.h"
#include "openai/parameter_field.h"
#include "openai/template_fields.h"
#include "openai/tool_fields.h"

namespace pcai {
namespace {

using Request = ChatCompletionRequest;

constexpr Range kTools{0, kMaxTools};

// Other servers' ways to say it, GBNF among them.
constexpr std::string_view kUseFormat = "send response_format of type json_schema, regex or lark";

Status unsupported(const std::string& path, const Json& value, std::string_view instead) {
  const std::string what =
      value.is_string() ? quote_text(value.get_ref<const std::string&>()) : "this";
  return fail(ErrorCode::Unsupported,
              path + ": " + what + " is not supported here; " + std::string(instead), path);
}

Status read_message_list(Json& value, const std::string& path, Request& request) {
  auto messages = read_messages(value, path, request.warnings, request.places);
  if (!messages) return fail(std::move(messages).error());
  request.generate.prompt = ChatPrompt{*std::move(messages)};
  return {};
}

Status read_response_format(Json& value, const std::string& path, Request& request) {
  return read_format(value, path, FormatShape::Nested, request.warnings,
                     request.generate.params.grammar);
}

ChatPrompt& prompt_of(Request& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

Status read_tool_list(Json& value, const std::string& path, Request& request) {
  return read_tools(value, path, ToolShape::Nested, prompt_of(request).tools);
}

Status read_function_list(Json& value, const std::string& path, Request& request) {
  request.legacy_calls = !value.empty();
  if (request.legacy_calls) request.places.add("tools", path);
  return read_functions(value, path, prompt_of(request).tools);
}

Status read_parallel(Json& value, const std::string&, Request& request) {
  prompt_of(request).tools.parallel = value.get<bool>();
  return {};
}

Status read_choice(Json& value, const std::string& path, Request& request) {
  return read_tool_choice(value, path, ToolShape::Nested, prompt_of(request).tools);
}

Status read_legacy_choice(Json& value, const std::string& path, Request& request) {
  request.places.add_whole("tool_choice", path);
  return read_function_call(value, path, prompt_of(request).tools);
}

Status read_effort(Json& value, const std::string& path, Request& request) {
  return read_reasoning_effort(value, path, prompt_of(request));
}

Status read_arguments(Json& value, const std::string& path, Request& request) {
  return read_template_arguments(value, path, prompt_of(request));
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
  using P = GenerateParams;
  static const std::vector<Field<Request>> kFields = {
      required(
          with_schema(Field<Request>{{"messages", Array, {1, kMaxMessages}, "", "The chat so far"},
                                     read_message_list},
                      "Messages")),
      with_description(parameter_field<&P::max_tokens, Request>(),
                       "Deprecated: max_completion_tokens"),
      // After max_tokens, because it wins.
      with_name(parameter_field<&P::max_tokens, Request>(), "max_completion_tokens"),
      parameter_field<&P::logprobs, Request>(),
      parameter_field<&P::top_logprobs, Request>(),
      with_schema(Field<Request>{{"response_format", Object, {}, "", "Format of the answer"},
                                 read_response_format},
                  "ResponseFormat"),
      with_schema(Field<Request>{{"tools", Array, kTools, "", "Functions the model may call"},
                                 read_tool_list},
                  "Tools"),
      {{"functions", Array, kTools, "", "Older form of tools"}, read_function_list},
      {{"parallel_tool_calls", Boolean, {}, "true", "false: at most one call"}, read_parallel},
      // After the tools, whose names they may use, and parallel_tool_calls, which they may narrow.
      with_schema(
          Field<Request>{{"tool_choice", StringOrObject, {}, "", "Which tools may be called"},
                         read_choice},
          "ToolChoice"),
      {{"function_call", StringOrObject, {}, "", "Older form of tool_choice"}, read_legacy_choice},
      with_choices(
          Field<Request>{{"reasoning_effort", String, {}, "", "Amount of reasoning"}, read_effort},
          reasoning_efforts()),
      parameter_field<&P::reasoning_budget, Request>(),
      // After reasoning_effort, because it wins.
      {{"chat_template_kwargs",
        Object,
        {0, kMaxTemplateArguments},
        "",
        "Arguments of the model's chat template"},
       read_arguments},
      {{"modalities", Array, {1, 8}, "", "[\"text\"]"}, read_modalities},

      unsupported_field<Request>("audio", Object, "audio answers"),
      unsupported_field<Request>("web_search_options", Object, "web search"),
      unsupported_field<Request>("grammar", String, kUseFormat),
      unsupported_field<Request>("json_schema", Object, kUseFormat),
      unsupported_field<Request>("guided_json", Any, kUseFormat),
      unsupported_field<Request>("guided_regex", String, kUseFormat),
      unsupported_field<Request>("guided_choice", Array, kUseFormat),
      unsupported_field<Request>("guided_grammar", String, kUseFormat),
      unsupported_field<Request>("structured_outputs", Object, kUseFormat),

      ignored_field<Request>("metadata", Object, "The client's notes"),
      ignored_field<Request>("store", Boolean, "Nothing is stored"),
      ignored_field<Request>("verbosity", String, "No model here uses it"),
      ignored_field<Request>("safety_identifier", String, "Who asks"),
      ignored_field<Request>("prompt_cache_key", String, "Prefixes are cached anyway"),
      ignored_field<Request>("prompt_cache_retention", String, "Prefixes are cached anyway"),
      ignored_field<Request>("service_tier", String, "There is only one tier"),
      ignored_field<Request>("prediction", Object, "Would only make answers faster"),
  };
  return kFields;
}

}  // namespace pcai


#include "openai/format_fields.h"
#include "openai/parameter_field.h"
#include "openai/responses_input.h"
#include "openai/responses_request.h"
#include "openai/template_fields.h"
#include "openai/tool_fields.h"

namespace pcai {
namespace {

using Request = ResponsesRequest;

ChatPrompt& prompt_of(Request& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

Status read_model(Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_messages_of_input(Json& value, const std::string& path, Request& request) {
  auto messages = read_input(value, path, request.warnings, request.places);
  if (!messages) return fail(std::move(messages).error());
  prompt_of(request).messages = *std::move(messages);
  return {};
}

Status read_tool_list(Json& value, const std::string& path, Request& request) {
  return read_tools(value, path, ToolShape::Flat, prompt_of(request).tools);
}

Status read_parallel(Json& value, const std::string&, Request& request) {
  prompt_of(request).tools.parallel = value.get<bool>();
  return {};
}

Status read_choice(Json& value, const std::string& path, Request& request) {
  return read_tool_choice(value, path, ToolShape::Flat, prompt_of(request).tools);
}

Status read_text_format(Json& value, const std::string& path, Request& request) {
  return read_format(value, path, FormatShape::Flat, request.warnings,
                     request.generate.params.grammar);
}

Status read_text(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Request>> kFields = {
      {{"format", FieldType::Object}, read_text_format},
      ignored_field<Request>("verbosity", FieldType::String, "No model here uses it"),
  };
  return read_fields(value, path, request.warnings, FieldSet<Request>{kFields, request});
}

Status read_effort(Json& value, const std::string& path, Request& request) {
  return read_reasoning_effort(value, path, prompt_of(request));
}

Status read_reasoning(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Request>> kFields = {
      with_choices(Field<Request>{{"effort", FieldType::String}, read_effort}, reasoning_efforts()),
      ignored_field<Request>("summary", FieldType::String, "Reasoning is sent unchanged"),
      ignored_field<Request>("generate_summary", FieldType::String, "Reasoning is sent unchanged"),
  };
  return read_fields(value, path, request.warnings, FieldSet<Request>{kFields, request});
}

Status read_arguments(Json& value, const std::string& path, Request& request) {
  return read_template_arguments(value, path, prompt_of(request));
}

Status read_include(Json& value, const std::string& path, Request& request) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = check_field({"", FieldType::String}, value[i], where); !checked) {
      return checked;
    }
    if (value[i] == "message.output_text.logprobs") {
      request.logprobs = request.generate.params.logprobs = true;
    } else if (value[i] == "reasoning.encrypted_content") {
      request.warnings.push_back(no_effect(where));
    } else {
      return fail(ErrorCode::Unsupported,
                  where + ": " + quote_text(value[i].get_ref<const std::string&>()) +
                      " is not supported here, only 'message.output_text.logprobs'",
                  where);
    }
  }
  return {};
}

Status read_metadata(Json& value, const std::string& path, Request&) {
  static const FieldInfo kValue{"", FieldType::String, {0, 512}};
  for (auto& [name, text] : value.get_ref<Json::object_t&>()) {
    if (name.size() > 64) {
      return fail(ErrorCode::InvalidRequest, path + " has a name of over 64 bytes", path);
    }
    if (Status checked = check_field(kValue, text, member_path(path, name)); !checked) {
      return checked;
    }
  }
  return {};
}

Status read_truncation(Json& value, const std::string& path, Request&) {
  if (value == "disabled") return {};
  return fail(ErrorCode::Unsupported,
              path + ": 'auto' is not supported here, because nothing is cut; use 'disabled'",
              path);
}

}  // namespace

std::span<const Field<Request>> responses_fields() {
  using enum FieldType;
  static constexpr std::string_view kTruncations[] = {"auto", "disabled"};
  using P = GenerateParams;
  static const std::vector<Field<Request>> kFields = {
      {{"model",
        String,
        {0, kMaxModelNameBytes},
        "",
        "The model's id; empty or absent takes the default model"},
       read_model},
      required(with_schema(
          Field<Request>{
              {"input", StringOrArray, {1, kMaxMessages}, "", "Text, or a list of items"},
              read_messages_of_input},
          "ResponseInput")),
      field<&Request::instructions>("instructions", {}, "A system message before all others"),
      field<&Request::previous_response_id>("previous_response_id", {0, 256},
                                            "A stored response whose conversation continues"),
      with_name(parameter_field<&P::max_tokens, Request>(), "max_output_tokens"),
      field<&Request::stream>("stream", {}, "Stream the answer as events"),
      field<&Request::store>("store", {}, "Store the response for previous_response_id and GET"),
      with_schema(
          Field<Request>{{"tools", Array, {0, kMaxTools}, "", "Functions the model may call"},
                         read_tool_list},
          "FlatTools"),
      {{"parallel_tool_calls", Boolean, {}, "true", "false: at most one call"}, read_parallel},
      // After the tools, whose names it may use, and parallel_tool_calls, which it may narrow.
      with_schema(
          Field<Request>{{"tool_choice", StringOrObject, {}, "", "Which tools may be called"},
                         read_choice},
          "FlatToolChoice"),
      with_schema(Field<Request>{{"text", Object, {}, "", "Format of the answer"}, read_text},
                  "ResponseText"),
      with_schema(
          Field<Request>{{"reasoning", Object, {}, "", "Amount of reasoning"}, read_reasoning},
          "ResponseReasoning"),
      parameter_field<&P::reasoning_budget, Request>(),
      // After reasoning, because it wins.
      {{"chat_template_kwargs",
        Object,
        {0, kMaxTemplateArguments},
        "",
        "Arguments of the model's chat template"},
       read_arguments},
      {{"include", Array, {0, 16}, "", "[\"message.output_text.logprobs\"]"}, read_include},
      with_description(parameter_field<&P::top_logprobs, Request>(),
                       "Most likely alternatives of each token; needs include"),
      {{"metadata", Object, {0, 16}, "", "The client's notes, given back"}, read_metadata},
      with_choices(Field<Request>{{"truncation", String, {}, "", "disabled: nothing is cut"},
                                  read_truncation},
                   kTruncations),

      unsupported_field<Request>("background", Boolean, "stream the answer, or wait for it"),
      unsupported_field<Request>("conversation", Any, "use previous_response_id"),
      unsupported_field<Request>("prompt", Object, "prompt templates are not stored here"),
      unsupported_field<Request>("context_management", Array, "nothing is compacted here"),
      unsupported_field<Request>("moderation", Object, "nothing is moderated here"),

      ignored_field<Request>("stream_options", Object, "Concerns only padding"),
      ignored_field<Request>("max_tool_calls", Integer, "There are no built-in tools"),
      ignored_field<Request>("user", String, "Who asks"),
      ignored_field<Request>("safety_identifier", String, "Who asks"),
      ignored_field<Request>("prompt_cache_key", String, "Prefixes are cached anyway"),
      ignored_field<Request>("prompt_cache_retention", String, "Prefixes are cached anyway"),
      ignored_field<Request>("prompt_cache_options", Object, "Prefixes are cached anyway"),
      ignored_field<Request>("service_tier", String, "There is only one tier"),
  };
  return kFields;
}

}  // namespace pcai

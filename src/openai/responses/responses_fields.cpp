
#include "api/fields/keep_alive_field.h"
#include "api/fields/parameter_field.h"
#include "api/fields/template_fields.h"
#include "openai/format_fields.h"
#include "openai/responses/responses_input.h"
#include "openai/responses/responses_request.h"
#include "openai/tool_fields.h"

namespace pcai::openai {
namespace {

using Request = ResponsesRequest;

ChatPrompt& prompt_of(Request& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

Status read_model(api::Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_messages_of_input(api::Json& value, const std::string& path, Request& request) {
  auto input = read_input(value, path, request.stored_item, request.warnings, request.places);
  if (!input) return fail(std::move(input).error());
  prompt_of(request).messages = std::move(input->messages);
  if (input->completed) request.continuation.add_generation_prompt = true;
  return {};
}

Status read_tool_list(api::Json& value, const std::string& path, Request& request) {
  return read_tools(value, path, ToolShape::Flat, prompt_of(request).tools, request.warnings);
}

Status read_parallel(api::Json& value, const std::string&, Request& request) {
  prompt_of(request).tools.parallel = value.get<bool>();
  return {};
}

Status read_choice(api::Json& value, const std::string& path, Request& request) {
  return read_tool_choice(value, path, ToolShape::Flat, prompt_of(request).tools, request.warnings);
}

Status read_text_format(api::Json& value, const std::string& path, Request& request) {
  Status read = read_format(value, path, FormatShape::Flat, request.warnings,
                            request.generate.params.grammar);
  if (!read) return read;
  std::string place = schema_path(value, path, FormatShape::Flat);
  if (!place.empty()) request.places.add("grammar", std::move(place));
  return {};
}

Status read_text(api::Json& value, const std::string& path, Request& request) {
  static const std::vector<api::Field<Request>> kFields = {
      {{"format", api::FieldType::Object}, read_text_format},
      api::ignored_field<Request>("verbosity", api::FieldType::String, "No model here uses it"),
  };
  return api::read_fields(value, path, request.warnings, api::FieldSet<Request>{kFields, request});
}

Status read_effort(api::Json& value, const std::string& path, Request& request) {
  return api::read_reasoning_effort(value, path, prompt_of(request));
}

Status read_reasoning(api::Json& value, const std::string& path, Request& request) {
  static const std::vector<api::Field<Request>> kFields = {
      api::with_choices(api::Field<Request>{{"effort", api::FieldType::String}, read_effort},
                        api::reasoning_efforts()),
      api::ignored_field<Request>("summary", api::FieldType::String, "Reasoning is sent unchanged"),
      api::ignored_field<Request>("generate_summary", api::FieldType::String,
                                  "Reasoning is sent unchanged"),
  };
  return api::read_fields(value, path, request.warnings, api::FieldSet<Request>{kFields, request});
}

Status read_arguments(api::Json& value, const std::string& path, Request& request) {
  return api::read_template_arguments(value, path, prompt_of(request));
}

Status read_include(api::Json& value, const std::string& path, Request& request) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = api::check_field({"", api::FieldType::String}, value[i], where);
        !checked) {
      return checked;
    }
    if (value[i] == "message.output_text.logprobs") {
      request.logprobs = request.generate.params.logprobs = true;
    } else {
      request.warnings.add(api::no_effect(where));
    }
  }
  return {};
}

Status read_metadata(api::Json& value, const std::string& path, Request&) {
  static const api::FieldInfo kValue{"", api::FieldType::String, {0, 512}};
  for (auto& [name, text] : value.get_ref<api::Json::object_t&>()) {
    if (name.size() > 64) {
      return fail(ErrorCode::InvalidRequest, path + " has a name of over 64 bytes", path);
    }
    if (Status checked = api::check_field(kValue, text, api::member_path(path, name)); !checked) {
      return checked;
    }
  }
  return {};
}

/// Nothing is cut: a prompt that is too long is refused.
Status read_truncation(api::Json& value, const std::string& path, Request& request) {
  if (value != "disabled") request.warnings.add(api::no_effect(path));
  return {};
}

}  // namespace

std::span<const api::Field<Request>> responses_fields() {
  using enum api::FieldType;
  static constexpr std::string_view kTruncations[] = {"auto", "disabled"};
  using P = GenerateParams;
  static const std::vector<api::Field<Request>> kFields = {
      {{"model",
        String,
        {0, kMaxModelNameBytes},
        "",
        "The model's id; empty or absent takes the default model"},
       read_model},
      api::required(api::with_schema(
          api::Field<Request>{
              {"input", StringOrArray, {1, kMaxMessages}, "", "Text, or a list of items"},
              read_messages_of_input},
          "ResponseInput")),
      api::field<&Request::instructions>("instructions", {}, "A system message before all others"),
      api::field<&Request::previous_response_id>("previous_response_id", {0, 256},
                                                 "A stored response whose conversation continues"),
      api::with_description(api::parameter_field<&P::max_tokens, Request>(),
                            "Chat completions' name of max_output_tokens"),
      // After max_tokens, because it wins.
      api::with_name(api::parameter_field<&P::max_tokens, Request>(), "max_output_tokens"),
      api::field<&Request::stream>("stream", {}, "Stream the answer as events"),
      api::field<&Request::store>("store", {},
                                  "Store the response for previous_response_id and GET"),
      api::with_schema(
          api::Field<Request>{{"tools", Array, {0, kMaxTools}, "", "Functions the model may call"},
                              read_tool_list},
          "FlatTools"),
      {{"parallel_tool_calls", Boolean, {}, "true", "false: at most one call"}, read_parallel},
      // After the tools, whose names it may use, and parallel_tool_calls, which it may narrow.
      api::with_schema(
          api::Field<Request>{{"tool_choice", StringOrObject, {}, "", "Which tools may be called"},
                              read_choice},
          "FlatToolChoice"),
      api::with_schema(
          api::Field<Request>{{"text", Object, {}, "", "Format of the answer"}, read_text},
          "ResponseText"),
      api::with_schema(
          api::Field<Request>{{"reasoning", Object, {}, "", "Amount of reasoning"}, read_reasoning},
          "ResponseReasoning"),
      api::parameter_field<&P::reasoning_budget, Request>(),
      // After reasoning, because it wins.
      {{"chat_template_kwargs",
        Object,
        {0, kMaxTemplateArguments},
        "",
        "Arguments of the model's chat template"},
       read_arguments},
      {{"include", Array, {0, 16}, "", "[\"message.output_text.logprobs\"]"}, read_include},
      api::with_description(api::parameter_field<&P::top_logprobs, Request>(),
                            "Most likely alternatives of each token; needs include"),
      {{"metadata", Object, {0, 16}, "", "The client's notes, given back"}, read_metadata},
      api::with_choices(
          api::Field<Request>{{"truncation", String, {}, "", "disabled: nothing is cut"},
                              read_truncation},
          kTruncations),

      api::keep_alive_field<Request>("keep_alive"),
      api::keep_alive_field<Request>("ttl"),

      api::ignored_field<Request>("stream_options", Object, "Concerns only padding"),
      api::ignored_field<Request>("max_tool_calls", Integer, "There are no built-in tools"),
      api::ignored_field<Request>("user", String, "Who asks"),
      api::ignored_field<Request>("safety_identifier", String, "Who asks"),
      api::ignored_field<Request>("prompt_cache_key", String, "Prefixes are cached anyway"),
      api::ignored_field<Request>("prompt_cache_retention", String, "Prefixes are cached anyway"),
      api::ignored_field<Request>("prompt_cache_options", Object, "Prefixes are cached anyway"),
      api::ignored_field<Request>("service_tier", String, "There is only one tier"),
      api::ignored_field<Request>("client_metadata", Object, "The client's notes"),
      api::ignored_field<Request>("context_management", Array, "Nothing is compacted here"),
      api::ignored_field<Request>("moderation", Object, "Nothing is moderated here"),
  };
  return kFields;
}

}  // namespace pcai::openai

#include "openai/answer_fields.h"

#include "api/fields/keep_alive_field.h"
#include "api/fields/schema_text.h"

namespace pcai::openai {
namespace {

using Request = AnswerRequest;

Status read_model(api::Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_prompt_logprobs(api::Json& value, const std::string&, Request& request) {
  request.prompt_logprobs = request.generate.params.prompt_logprobs = value.get<std::uint32_t>();
  return {};
}

/// An error about the grammar names this field.
Status set_grammar(Grammar grammar, const std::string& path, Request& request) {
  if (request.generate.params.grammar) {
    return fail(ErrorCode::InvalidRequest, "grammar and json_schema exclude each other", path);
  }
  request.generate.params.grammar = std::move(grammar);
  request.places.add("grammar", path);
  return {};
}

Status read_grammar(api::Json& value, const std::string& path, Request& request) {
  std::string& source = value.get_ref<std::string&>();
  if (source.empty()) return {};
  return set_grammar({GrammarKind::Gbnf, std::move(source)}, path, request);
}

Status read_json_schema(api::Json& value, const std::string& path, Request& request) {
  auto text = api::schema_text(value, path);
  if (!text) return fail(std::move(text).error());
  return set_grammar({GrammarKind::JsonSchema, *std::move(text)}, path, request);
}

Status read_stream_options(api::Json& value, const std::string& path, Request& request) {
  static const std::vector<api::Field<Request>> kFields = {
      api::field<&Request::include_usage>("include_usage", {}, "Send a last chunk with the usage"),
      api::ignored_field<Request>("include_obfuscation", api::FieldType::Boolean,
                                  "Padding of the chunks"),
  };
  return api::read_fields(value, path, request.warnings, api::FieldSet<Request>{kFields, request});
}

}  // namespace

std::span<const api::Field<Request>> answer_fields() {
  using enum api::FieldType;
  static const std::vector<api::Field<Request>> kFields = {
      {{"model",
        String,
        {0, kMaxModelNameBytes},
        "",
        "The model's id; empty or absent takes the default model"},
       read_model},
      api::field<&Request::n>("n", {1, 128}, "Number of answers"),
      api::field<&Request::stream>("stream", {}, "Stream the answer"),
      api::with_schema(api::Field<Request>{{"stream_options", Object, {}, "", "Only with stream"},
                                           read_stream_options},
                       "StreamOptions"),
      {{"prompt_logprobs",
        Integer,
        {0, kMaxTopLogprobs},
        "",
        "Alternatives per token of the prompt, whose log-probabilities are returned; not in a "
        "stream"},
       read_prompt_logprobs},
      {{"grammar",
        String,
        {0, api::kMaxSchemaBytes},
        "",
        "Grammar of the answer, in llama.cpp's GBNF; empty = none"},
       read_grammar},
      {{"json_schema", Object, {}, "", "JSON schema of the answer"}, read_json_schema},
      api::ignored_field<Request>("user", String, "Who asks"),
      api::keep_alive_field<Request>("keep_alive"),
      api::keep_alive_field<Request>("ttl"),
  };
  return kFields;
}

Status check_answer_fields(api::Json& body, const Request& request) {
  if (request.stream && request.prompt_logprobs) {
    return fail(ErrorCode::InvalidRequest,
                "prompt_logprobs cannot be used in a stream; leave out one of the two",
                "prompt_logprobs");
  }
  if (!api::find_member(body, "stream_options") || request.stream) return {};
  return fail(ErrorCode::InvalidRequest, "stream_options needs stream to be true",
              "stream_options");
}

}  // namespace pcai::openai

#include "openai/answer_fields.h"

namespace pcai {
namespace {

using Request = AnswerRequest;

Status read_model(Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_stream_options(Json& value, const std::string& path, Request& request) {
  static const std::vector<Field<Request>> kFields = {
      field<&Request::include_usage>("include_usage", {}, "Send a last chunk with the usage"),
      ignored_field<Request>("include_obfuscation", FieldType::Boolean, "Padding of the chunks"),
  };
  return read_fields(value, path, request.warnings, FieldSet<Request>{kFields, request});
}

}  // namespace

std::span<const Field<Request>> answer_fields() {
  using enum FieldType;
  static const std::vector<Field<Request>> kFields = {
      {{"model",
        String,
        {0, kMaxModelNameBytes},
        "",
        "The model's id; empty or absent takes the default model"},
       read_model},
      field<&Request::n>("n", {1, 128}, "Number of answers"),
      field<&Request::stream>("stream", {}, "Stream the answer"),
      with_schema(Field<Request>{{"stream_options", Object, {}, "", "Only with stream"},
                                 read_stream_options},
                  "StreamOptions"),
      ignored_field<Request>("user", String, "Who asks"),
      ignored_field<Request>("keep_alive", Any, "The server decides how long models stay"),
      ignored_field<Request>("ttl", Any, "The server decides how long models stay"),
  };
  return kFields;
}

Status check_answer_fields(Json& body, const Request& request) {
  if (!find_member(body, "stream_options") || request.stream) return {};
  return fail(ErrorCode::InvalidRequest, "stream_options needs stream to be true",
              "stream_options");
}

}  // namespace pcai

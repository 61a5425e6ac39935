#include "openai/chat_request.h"

#include "openai/chat_fields.h"
#include "openai/json_reader.h"
#include "openai/sampling_fields.h"

namespace pcai {
namespace {

/// What depends on more than one field.
Status check_together(Json& body, const ChatCompletionRequest& request) {
  if (find_member(body, "stream_options") && !request.stream) {
    return fail(ErrorCode::InvalidRequest, "stream_options needs stream to be true",
                "stream_options");
  }
  return check_request(request.generate);
}

}  // namespace

Result<ChatCompletionRequest> parse_chat_request(std::string_view text) {
  Result<Json> body = read_json(text);
  if (!body) return fail(std::move(body).error());
  ChatCompletionRequest request;
  Status read = read_fields(*body, "", request.warnings,
                            FieldSet<ChatCompletionRequest>{chat_fields(), request},
                            FieldSet<GenerateParams>{sampling_fields(), request.generate.params});
  if (read) read = check_together(*body, request);
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai

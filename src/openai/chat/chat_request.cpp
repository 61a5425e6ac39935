#include "openai/chat/chat_request.h"

#include "api/fields/sampling_fields.h"
#include "api/json_reader.h"
#include "openai/chat/chat_fields.h"
#include "openai/dialects.h"

namespace pcai::openai {

Result<ChatCompletionRequest> parse_chat_request(std::string_view text,
                                                 const DefaultsOf& defaults_of) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  ChatCompletionRequest request;
  api::start_with_defaults(*body, defaults_of, request.generate.params);
  Status read = api::read_fields(
      *body, "", request.warnings, api::FieldSet<AnswerRequest>{answer_fields(), request},
      api::FieldSet<ChatCompletionRequest>{chat_fields(), request},
      api::FieldSet<GenerateParams>{api::sampling_fields(), request.generate.params});
  if (read) read = check_answer_fields(*body, request);
  if (read) read = api::set_continuation(request.generate, request.continuation);
  if (read) read = api::check_request_in(kChatDialect, request.generate, request.places);
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai::openai

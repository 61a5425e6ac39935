#include "openai/chat_request.h"

#include "openai/chat_fields.h"
#include "openai/dialects.h"
#include "openai/json_reader.h"
#include "openai/sampling_fields.h"

namespace pcai {

Result<ChatCompletionRequest> parse_chat_request(std::string_view text,
                                                 const DefaultsOf& defaults_of) {
  Result<Json> body = read_json(text);
  if (!body) return fail(std::move(body).error());
  ChatCompletionRequest request;
  start_with_defaults(*body, defaults_of, request.generate.params);
  Status read =
      read_fields(*body, "", request.warnings, FieldSet<AnswerRequest>{answer_fields(), request},
                  FieldSet<ChatCompletionRequest>{chat_fields(), request},
                  FieldSet<GenerateParams>{sampling_fields(), request.generate.params});
  if (read) read = check_answer_fields(*body, request);
  if (read) read = check_request_in(kChatDialect, request.generate, request.places);
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai

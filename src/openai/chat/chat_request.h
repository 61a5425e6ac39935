#pragma once

#include <string_view>

#include "api/fields/continuation.h"
#include "core/parameters/defaults.h"
#include "core/result.h"
#include "openai/answer_fields.h"

namespace pcai::openai {

/// A parsed body of POST /v1/chat/completions.
struct ChatCompletionRequest : AnswerRequest {
  api::Continuation continuation = {};
  bool legacy_calls = false;  // asked with `functions`: answered with `function_call`
};

/// Parses and checks the body, which is not trusted: depth, sizes, duplicate keys, UTF-8 and every
/// number are checked. An error names the field ("messages[2].content"). If `defaults_of` is null
/// no model has defaults.
Result<ChatCompletionRequest> parse_chat_request(std::string_view body,
                                                 const DefaultsOf& defaults_of = {});

}  // namespace pcai::openai

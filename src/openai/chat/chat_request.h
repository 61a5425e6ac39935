#pragma once

#include <string_view>

#include "core/defaults.h"
#include "core/result.h"
#include "openai/answer_fields.h"

namespace pcai::openai {

/// A parsed body of POST /v1/chat/completions.
struct ChatCompletionRequest : AnswerRequest {
  bool legacy_calls = false;  // asked with `functions`: answered with `function_call`
};

/// Parses and checks the body. Hostile input: depth, sizes, duplicate keys, UTF-8 and every number
/// are checked. An error names the field ("messages[2].content").
/// Null `defaults_of` = no model has any.
Result<ChatCompletionRequest> parse_chat_request(std::string_view body,
                                                 const DefaultsOf& defaults_of = {});

}  // namespace pcai::openai

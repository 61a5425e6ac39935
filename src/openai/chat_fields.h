#pragma once

#include <span>

#include "openai/chat_request.h"
#include "openai/field.h"

namespace pcai {

/// The fields of /v1/chat/completions beside answer_fields() and sampling_fields().
std::span<const Field<ChatCompletionRequest>> chat_fields();

}  // namespace pcai

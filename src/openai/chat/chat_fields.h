#pragma once

#include <span>

#include "api/field.h"
#include "openai/chat/chat_request.h"

namespace pcai::openai {

/// The fields of /v1/chat/completions beside answer_fields() and sampling_fields().
std::span<const api::Field<ChatCompletionRequest>> chat_fields();

}  // namespace pcai::openai

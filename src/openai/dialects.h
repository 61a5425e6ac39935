#pragma once

#include "api/dialect.h"

// What the routes of OpenAI's API, and of llama-server's, call the core's members.

namespace pcai::openai {

extern const api::Dialect kPlainDialect;  // of routes that make no request of the core
extern const api::Dialect kChatDialect;
extern const api::Dialect kCompletionDialect;
extern const api::Dialect kResponsesDialect;
extern const api::Dialect kEmbeddingDialect;
extern const api::Dialect kRerankDialect;
extern const api::Dialect kTokenizeDialect;
extern const api::Dialect kDetokenizeDialect;

}  // namespace pcai::openai

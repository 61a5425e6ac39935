#pragma once

#include "openai/dialect.h"

// What the routes of OpenAI's API, and of llama-server's, call the core's members.

namespace pcai {

extern const Dialect kPlainDialect;  // of routes that make no request of the core
extern const Dialect kChatDialect;
extern const Dialect kCompletionDialect;
extern const Dialect kResponsesDialect;
extern const Dialect kEmbeddingDialect;
extern const Dialect kRerankDialect;
extern const Dialect kTokenizeDialect;
extern const Dialect kDetokenizeDialect;

}  // namespace pcai

#pragma once

#include "openai/dialect.h"

namespace pcai {

extern const Dialect kOllamaDialect;  // of routes that make no request of the core
extern const Dialect kOllamaChatDialect;
extern const Dialect kOllamaGenerateDialect;
extern const Dialect kOllamaEmbedDialect;
extern const Dialect kOllamaEmbeddingsDialect;

}  // namespace pcai

#pragma once

#include "api/dialect.h"

namespace pcai::ollama {

extern const api::Dialect kOllamaDialect;  // of routes that make no request of the core
extern const api::Dialect kOllamaChatDialect;
extern const api::Dialect kOllamaGenerateDialect;
extern const api::Dialect kOllamaEmbedDialect;
extern const api::Dialect kOllamaEmbeddingsDialect;

}  // namespace pcai::ollama

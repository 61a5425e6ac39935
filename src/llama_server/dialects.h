#pragma once

#include "api/dialect.h"

namespace pcai::llama_server {

extern const api::Dialect kLlamaCompletionDialect;
extern const api::Dialect kLlamaInfillDialect;

}  // namespace pcai::llama_server

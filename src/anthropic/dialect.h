#pragma once

#include "api/dialect.h"

namespace pcai::anthropic {

extern const api::Dialect kAnthropicDialect;

}  // namespace pcai::anthropic

#pragma once

#include "openai/dialect.h"

namespace pcai {

extern const Dialect kAnthropicDialect;

}  // namespace pcai

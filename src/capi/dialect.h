#pragma once

#include "core/request.h"
#include "openai/dialect.h"

namespace pcai {

/// What pcai_request calls the core's members.
extern const Dialect kAbiDialect;

/// Where the caller gave the request's prompt: tokens have a member of their own.
Places places_of(const GenerateRequest& request);

}  // namespace pcai

#pragma once

#include "api/dialect.h"
#include "core/request.h"

namespace pcai::capi {

/// What pcai_request calls the core's members.
extern const api::Dialect kAbiDialect;

/// Where the caller gave the request's prompt: tokens have a member of their own.
api::Places places_of(const GenerateRequest& request);

}  // namespace pcai::capi

#pragma once

#include <span>

#include "api/field.h"
#include "core/parameters/defaults.h"
#include "core/request.h"

namespace pcai::api {

/// How to sample and when to stop: the fields that every generating route shares.
std::span<const Field<GenerateParams>> sampling_fields();

/// Starts a request's parameters with the defaults of the model that its body names. Before the
/// fields are read, which then win.
void start_with_defaults(Json& body, const DefaultsOf& defaults_of, GenerateParams& params);

}  // namespace pcai::api

#pragma once

#include <string>
#include <string_view>

#include "api/field.h"

namespace pcai::openai {

/// The body of /v1/models/load and /v1/models/unload.
struct ModelRequest {
  std::string model;
  bool stream = false;
  api::Warnings warnings = {};
};

Result<ModelRequest> parse_model_request(std::string_view body);

std::span<const api::Field<ModelRequest>> model_request_fields();

}  // namespace pcai::openai

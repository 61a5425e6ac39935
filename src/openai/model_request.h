#pragma once

#include <string>
#include <string_view>

#include "openai/field.h"

namespace pcai {

/// The body of /v1/models/load and /v1/models/unload.
struct ModelRequest {
  std::string model;
  bool stream = false;
};

Result<ModelRequest> parse_model_request(std::string_view body);

std::span<const Field<ModelRequest>> model_request_fields();

}  // namespace pcai

#pragma once

#include <string_view>
#include <vector>

#include "api/field.h"

// This API's part of /openapi.json.

namespace pcai::anthropic {

/// All fields of the body of /v1/messages.
std::vector<api::FieldInfo> messages_field_infos();

/// The schemas that its fields and answers refer to, as JSON text.
std::string_view anthropic_schemas() noexcept;

}  // namespace pcai::anthropic

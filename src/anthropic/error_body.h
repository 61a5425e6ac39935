#pragma once

#include <string>
#include <string_view>

#include "core/error.h"

namespace pcai::anthropic {

/// {"type":"error","error":{"type","message"},"request_id"}; the field at fault is part of the
/// message. `request_id` "" = left out.
std::string anthropic_error_body(const Error& error, std::string_view request_id);

}  // namespace pcai::anthropic

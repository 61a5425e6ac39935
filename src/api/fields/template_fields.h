#pragma once

#include <string>

#include "api/field.h"
#include "core/request.h"

namespace pcai::api {

/// Reads how much the model should reason. "none" and "minimal" turn reasoning off; other values
/// reach the template as its argument `reasoning_effort`.
Status read_reasoning_effort(Json& value, const std::string& path, ChatPrompt& prompt);

/// The values that reasoning_effort has.
std::span<const std::string_view> reasoning_efforts();

/// Reads `chat_template_kwargs`: up to 32 arguments, each a string, a number or a boolean.
/// `enable_thinking` also sets `thinking`. An argument replaces an earlier one of its name.
Status read_template_arguments(Json& object, const std::string& path, ChatPrompt& prompt);

}  // namespace pcai::api

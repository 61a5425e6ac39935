#pragma once

#include <string>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/request.h"

namespace pcai::openai {

/// Reads the `messages` array. Text parts are joined with newlines; images and sound keep their
/// place between them; those of tools' answers follow in a user's message. A refusal counts as
/// content. `arguments` that are an object become JSON text. Other kinds of parts are left out of
/// an assistant's messages, and fail with Unsupported elsewhere. `warnings` gets what has no
/// effect.
Result<std::vector<ChatMessage>> read_messages(api::Json& array, const std::string& path,
                                               api::Warnings& warnings, api::Places& places);

/// The members of a message, for the API's description.
std::vector<api::FieldInfo> message_field_infos();

}  // namespace pcai::openai

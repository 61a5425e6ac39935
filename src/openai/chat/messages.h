#pragma once

#include <string>
#include <vector>

#include "api/field.h"
#include "core/request.h"

namespace pcai::openai {

/// Reads the `messages` array. Text parts are joined with newlines; pictures and recordings
/// stand where they stood between them; a refusal counts as content; `arguments` given as an object
/// become JSON text. Other kinds of parts are Unsupported. Members that have no effect are added to
/// `warnings`.
Result<std::vector<ChatMessage>> read_messages(api::Json& array, const std::string& path,
                                               std::vector<std::string>& warnings);

/// The members of a message, for the API's description.
std::vector<api::FieldInfo> message_field_infos();

}  // namespace pcai::openai

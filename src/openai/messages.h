#pragma once

#include <string>
#include <vector>

#include "core/request.h"
#include "openai/dialect.h"
#include "openai/field.h"

namespace pcai {

/// Reads the `messages` array. Text parts are joined with newlines; images and sound keep their
/// place between them. A refusal counts as content. `arguments` that are an object become JSON
/// text. Other kinds of parts fail with Unsupported. Members that have no effect are added to
/// `warnings`.
Result<std::vector<ChatMessage>> read_messages(Json& array, const std::string& path,
                                               std::vector<std::string>& warnings, Places& places);

/// The members of a message, for the API's description.
std::vector<FieldInfo> message_field_infos();

}  // namespace pcai

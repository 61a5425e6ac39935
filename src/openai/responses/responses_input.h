#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/request.h"

namespace pcai::openai {

/// The item of a stored response that has the id, or nothing. Null = nothing is stored.
using StoredItem = std::function<std::optional<api::Json>(const std::string& id)>;

/// The `input` of /v1/responses.
struct ResponsesInput {
  std::vector<ChatMessage> messages;
  bool completed = false;  // its last item says that nothing is missing of it
};

/// Reads the `input` of /v1/responses: a text or a list of items. Consecutive reasoning, text and
/// calls of an assistant become one message. Calls of tools that are no functions are read as calls
/// of functions; items that a service made for itself are left out with a warning. Parts that no
/// model here can read fail with Unsupported.
Result<ResponsesInput> read_input(api::Json& value, const std::string& path,
                                  const StoredItem& stored_item, api::Warnings& warnings,
                                  api::Places& places);

}  // namespace pcai::openai

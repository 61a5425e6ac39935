#pragma once

#include <optional>

#include "core/request.h"

namespace pcai::api {

/// What a request says about the end of its prompt; absent = nothing.
struct Continuation {
  std::optional<bool> continue_final_message = {};
  std::optional<bool> add_generation_prompt = {};
};

/// True if the last message is a text of the assistant's that an answer can go on from.
bool ends_with_words(const ChatPrompt& chat);

/// Decides whether the answer goes on from the last message. If the request does not say it, it
/// does where that is a text of the assistant's and no format is asked for. Fails with
/// InvalidRequest if the two contradict each other. The request's prompt must be a chat.
Status set_continuation(GenerateRequest& request, const Continuation& said);

}  // namespace pcai::api

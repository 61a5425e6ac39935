#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/request.h"

namespace pcai::backend::answer {

/// Looks for all that a chat says in the prompt that a template made of it: the text of each
/// message, each call, each tool's name. Returns the path of the first thing that is missing.
///
/// A template may trim, indent and encode as JSON. It may take out words that switch its reasoning,
/// and what the assistant said before `reasoning_end`; earlier reasoning need not be there.
std::optional<std::string> find_lost(const ChatPrompt& chat, std::string_view prompt,
                                     std::string_view reasoning_end);

}  // namespace pcai::backend::answer

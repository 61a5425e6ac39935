#pragma once

#include <string_view>

#include "core/request.h"

namespace pcai::backend::answer {

/// Adds all of `from` to `to`, whose role it gets. `between` stands between two texts; media keep
/// their places in the text.
void append_message(ChatMessage& to, ChatMessage from, std::string_view between);

}  // namespace pcai::backend::answer

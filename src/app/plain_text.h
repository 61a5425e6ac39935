#pragma once

#include <string>

#include "core/result.h"

namespace pcai::app {

/// The text that a user's file or stdin holds, without a byte order mark. Fails with InvalidRequest
/// for UTF-16 and UTF-32, which some editors and shells write; `what` names the text ("the prompt
/// on stdin"). Other encodings are not noticed here.
Result<std::string> plain_text(std::string bytes, const std::string& what);

}  // namespace pcai::app

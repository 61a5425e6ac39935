#pragma once

#include <string>

namespace pcai::backend::answer {

/// A new id of a tool call, "call_" and 24 random characters.
std::string random_call_id();

}  // namespace pcai::backend::answer

#pragma once

#include <string>

namespace pcai {

/// A new id of a tool call, "call_" and 24 random characters.
std::string random_call_id();

}  // namespace pcai

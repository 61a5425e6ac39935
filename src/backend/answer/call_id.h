#pragma once

#include <string>

namespace pcai::backend::answer {

/// A new id for a tool call: "call_" and 24 random characters. Any thread.
std::string random_call_id();

}  // namespace pcai::backend::answer

#pragma once

#include <string>

namespace pcai {

/// A new id for a tool call: "call_" and 24 random characters. Any thread.
std::string random_call_id();

}  // namespace pcai

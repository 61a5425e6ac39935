#pragma once

#include <string>

namespace pcai::app {

/// What to paste to try a server at `url`, and what to enter in a client.
std::string client_hints(const std::string& url, const std::string& model, bool needs_key);

}  // namespace pcai::app

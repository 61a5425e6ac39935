#pragma once

#include <string>
#include <string_view>

namespace pcai::http {

/// `prefix` and 24 random hex digits: "req_…", "chatcmpl-…".
std::string random_id(std::string_view prefix);

}  // namespace pcai::http

#pragma once

#include <string_view>

namespace pcai::backend::worker {

/// True for the names of variables that a worker has no business with: PCAI_API_KEY, HF_TOKEN.
bool names_a_secret(std::string_view variable);

}  // namespace pcai::backend::worker

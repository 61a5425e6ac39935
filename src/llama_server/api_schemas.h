#pragma once

#include <string_view>

namespace pcai::llama_server {

/// The schemas that the fields and answers of this API refer to, as JSON text.
std::string_view llama_server_schemas() noexcept;

}  // namespace pcai::llama_server

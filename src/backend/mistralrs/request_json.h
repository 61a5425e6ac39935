#pragma once

#include <cstdint>
#include <string>

#include "core/request.h"

namespace pcai {

/// A checked request as pcai_mrs_submit takes it. Fails with InvalidRequest for a message's tool
/// call or template argument that is not JSON.
Result<std::string> request_json(const GenerateRequest& request, std::uint32_t context_length);

}  // namespace pcai

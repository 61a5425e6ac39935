#pragma once

#include <string>
#include <vector>

#include "api/json_text.h"
#include "core/request.h"

namespace pcai::llama_server {

/// The object `generation_settings` or `params`: with what an answer is made.
api::Json settings_json(const GenerateParams& params, const std::vector<std::string>& samplers);

}  // namespace pcai::llama_server

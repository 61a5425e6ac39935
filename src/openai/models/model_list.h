#pragma once

#include <string>
#include <vector>

#include "core/model.h"

namespace pcai::openai {

/// The body of GET /v1/models.
std::string model_list_body(const std::vector<ModelStatus>& models);

/// The body of GET /v1/models/{id}.
std::string model_body(const ModelStatus& model);

}  // namespace pcai::openai

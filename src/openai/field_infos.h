#pragma once

#include <vector>

#include "api/api_description.h"

namespace pcai::openai {

/// All fields of a route's body, where it has more tables than one.
std::vector<api::FieldInfo> chat_field_infos();
std::vector<api::FieldInfo> completion_field_infos();
std::vector<api::FieldInfo> responses_field_infos();

/// The schemas that fields and answers name (components.schemas), but for those of the tables.
api::Json api_schemas();

}  // namespace pcai::openai

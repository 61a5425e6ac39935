#pragma once

#include <vector>

#include "api/api_description.h"

namespace pcai {

/// All fields of a route's body, where it has more tables than one.
std::vector<FieldInfo> chat_field_infos();
std::vector<FieldInfo> completion_field_infos();
std::vector<FieldInfo> responses_field_infos();

/// The schemas that fields and answers name (components.schemas), but for those of the tables.
Json api_schemas();

}  // namespace pcai

#pragma once

#include <vector>

#include "api/api_description.h"

namespace pcai {

/// All fields of a route's body.
std::vector<FieldInfo> chat_field_infos();
std::vector<FieldInfo> completion_field_infos();
std::vector<FieldInfo> responses_field_infos();
std::vector<FieldInfo> embedding_field_infos();
std::vector<FieldInfo> rerank_field_infos();
std::vector<FieldInfo> model_field_infos();
std::vector<FieldInfo> tokenize_field_infos();
std::vector<FieldInfo> detokenize_field_infos();

/// The schemas that fields and answers name (components.schemas), but for those of the tables.
Json api_schemas();

}  // namespace pcai

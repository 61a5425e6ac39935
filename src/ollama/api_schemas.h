#pragma once

#include <string_view>
#include <vector>

#include "api/field.h"

// This API's part of /openapi.json.

namespace pcai::ollama {

/// All fields of a route's body.
std::vector<api::FieldInfo> ollama_chat_field_infos();
std::vector<api::FieldInfo> ollama_generate_field_infos();
std::vector<api::FieldInfo> ollama_embed_field_infos();
std::vector<api::FieldInfo> ollama_embeddings_field_infos();

/// The schemas that its fields and answers refer to, as JSON text.
std::string_view ollama_schemas() noexcept;

}  // namespace pcai::ollama

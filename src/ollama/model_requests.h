#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/field.h"
#include "api/warnings.h"
#include "core/models/created_model.h"
#include "core/result.h"

namespace pcai::ollama {

/// The body of a request about one model: POST /api/show, /api/pull and /api/push, DELETE
/// /api/delete.
struct ModelNameRequest {
  std::string model;   // never empty
  bool stream = true;  // of a pull
  api::Warnings warnings = {};
};

struct CopyRequest {
  std::string source;
  std::string destination;
  api::Warnings warnings = {};
};

struct CreateRequest {
  CreatedModel model;
  bool stream = true;
  api::Warnings warnings = {};
};

Result<ModelNameRequest> parse_show_request(std::string_view body);
Result<ModelNameRequest> parse_pull_request(std::string_view body);
Result<ModelNameRequest> parse_delete_request(std::string_view body);
Result<CopyRequest> parse_copy_request(std::string_view body);
Result<CreateRequest> parse_create_request(std::string_view body);

std::vector<api::FieldInfo> ollama_show_field_infos();
std::vector<api::FieldInfo> ollama_pull_field_infos();
std::vector<api::FieldInfo> ollama_delete_field_infos();
std::vector<api::FieldInfo> ollama_copy_field_infos();
std::vector<api::FieldInfo> ollama_create_field_infos();

/// A name that a new model may have: up to three parts of letters, digits, '.', '-' and '_' with
/// slashes between, and a tag behind a colon.
Status check_new_name(std::string_view name, std::string_view field);

/// "sha256-" and 64 hex digits of "sha256:…" or "sha256-…"; nothing for all else.
Result<std::string> blob_name(std::string_view digest, std::string_view field);

}  // namespace pcai::ollama

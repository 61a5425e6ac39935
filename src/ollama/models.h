#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/warnings.h"
#include "core/model.h"
#include "core/result.h"

namespace pcai::ollama {

/// The bodies of GET /api/tags (all models) and /api/ps (those in memory).
std::string tags_body(const std::vector<ModelStatus>& models);
std::string ps_body(const std::vector<ModelStatus>& models);

/// The body of POST /api/show: what is known of a model. More is known once the model is loaded.
std::string show_body(const ModelStatus& model);

/// A parsed body of POST /api/show.
struct ShowRequest {
  std::string model;
  bool verbose = false;
  api::Warnings warnings = {};
};

Result<ShowRequest> parse_show_request(std::string_view body);

/// {"version":…}: the release of Ollama whose behaviour this server follows. Clients compare it.
std::string version_body();

/// A name as the engine knows it. Ollama's clients add ":latest" to names without a tag.
std::string known_name(const std::vector<ModelStatus>& models, std::string name);

}  // namespace pcai::ollama

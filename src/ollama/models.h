#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/warnings.h"
#include "core/model.h"
#include "core/models/model_facts.h"
#include "core/result.h"

namespace pcai::ollama {

/// A model as lists show it: what the engine says, and what is known without loading it.
struct ListedModel {
  ModelStatus status;
  ModelFacts facts = {};
  std::int64_t expires_at = 0;  // Unix seconds: when it leaves memory, if nobody asks; 0 = never
};

/// The bodies of GET /api/tags (all models) and /api/ps (those in memory).
std::string tags_body(const std::vector<ListedModel>& models);
std::string ps_body(const std::vector<ListedModel>& models);

/// The body of POST /api/show: what is known of a model. `spec` is how it is loaded.
std::string show_body(const ListedModel& model, const ModelSpec& spec);

/// {"version":…}: the release of Ollama whose behaviour this server follows. Clients compare it.
std::string version_body();

/// A name as the engine knows it. Ollama's clients add ":latest" to names without a tag, and leave
/// it out where there is one.
std::string known_name(const std::function<bool(std::string_view)>& is_known, std::string name);

/// ModelNotFound in the words that Ollama's clients look for.
Error not_found(std::string_view name);

}  // namespace pcai::ollama

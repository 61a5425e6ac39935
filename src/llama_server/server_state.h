#pragma once

#include <optional>
#include <string>

#include "core/model.h"
#include "core/models/model_facts.h"

namespace pcai::llama_server {

/// What is known of the model that llama-server would have loaded.
struct ServedModel {
  ModelStatus status;
  ModelSpec spec = {};                   // how it is loaded
  ModelFacts facts = {};                 // what is known without loading it
  std::optional<ModelStats> stats = {};  // absent = it is not loaded
};

/// The body of GET /props.
std::string props_body(const ServedModel& model);

/// The body of GET /slots: as many as requests can run together. Those that run come first; no
/// request belongs to a slot.
std::string slots_body(const ServedModel& model);

/// Whether another request could run now.
bool has_free_slot(const ServedModel& model) noexcept;

}  // namespace pcai::llama_server

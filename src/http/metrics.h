#pragma once

#include <string>

#include "engine/engine.h"
#include "http/connection/server_state.h"

namespace pcai::http {

/// The counters of the engine, the models and the server in Prometheus' text format. "" in a build
/// without prometheus-cpp.
std::string metrics_text(const engine::Engine& engine, const HttpStats& stats);

}  // namespace pcai::http

#pragma once

#include <string>

#include "engine/engine.h"
#include "http/connection/server_state.h"

namespace pcai::http {

/// The engine's, the models' and the server's counters in Prometheus' text format. "" where the
/// program was built without prometheus-cpp.
std::string metrics_text(const engine::Engine& engine, const HttpStats& stats);

}  // namespace pcai::http

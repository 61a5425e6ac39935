#pragma once

#include <string>

#include "engine/engine.h"
#include "http/server_state.h"

namespace pcai {

/// The counters of the engine, the models and the server in Prometheus' text format. "" in a build
/// without prometheus-cpp.
std::string metrics_text(const Engine& engine, const HttpStats& stats);

}  // namespace pcai

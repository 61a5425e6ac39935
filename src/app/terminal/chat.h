#pragma once

#include "core/request.h"
#include "engine/engine.h"
#include "platform/signals.h"

namespace pcai::app {

/// Talks with a person at the terminal until they leave: /exit or Ctrl+D (0), Ctrl+C twice at the
/// prompt (130). Ctrl+C during an answer ends only the answer. `request` brings the parameters and
/// the messages to begin with (the system's); each turn adds to them.
int chat(engine::Engine& engine, GenerateRequest request, const std::string& model,
         platform::Signals& signals);

}  // namespace pcai::app

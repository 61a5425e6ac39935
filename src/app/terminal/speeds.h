#pragma once

#include <string>

#include "core/event.h"

namespace pcai::app {

/// "prompt 23 tokens (5 cached) in 0.12 s, 150.0/s; answer 45 tokens in 1.20 s, 37.5/s; first token
/// after 0.15 s". What took no time that is known is left out.
std::string speeds_text(const Usage& usage, const Timings& timings);

}  // namespace pcai::app

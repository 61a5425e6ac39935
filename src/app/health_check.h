#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/settings/settings.h"

namespace pcai::app {

/// One thing that `pcai doctor` looked at.
struct HealthCheck {
  enum class State : std::uint8_t { Fine, Note, Problem };  // Problem: something will not work

  std::string subject;  // "port", "memory", "store ollama"
  State state = State::Fine;
  std::string finding;
  std::string advice = {};  // empty = nothing need be done
};

/// "fine", "note", "problem".
std::string_view to_string(HealthCheck::State state) noexcept;

/// Looks at everything that pcai depends on, and changes nothing.
std::vector<HealthCheck> check_health(const Settings& settings);

}  // namespace pcai::app

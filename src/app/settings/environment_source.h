#pragma once

#include <string>
#include <vector>

#include "app/settings/settings.h"

namespace pcai::app {

/// What the PCAI_* variables say. An empty variable counts as not set; a list is split at commas.
struct EnvironmentValues {
  std::vector<GivenValue> given;
  /// One for each PCAI_* variable that is no setting, and one for all that Kubernetes made.
  std::vector<std::string> warnings;
};

EnvironmentValues read_environment(const Environment& environment);

}  // namespace pcai::app

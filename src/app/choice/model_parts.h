#pragma once

#include "app/settings/settings.h"
#include "core/model.h"

namespace pcai::app {

/// Puts the settings' projector and adapters in the place of those that the model's store names.
void set_parts(ModelConfig& config, const Settings& settings);

}  // namespace pcai::app

#pragma once

#include "app/settings/settings.h"
#include "core/result.h"

namespace pcai::app {

/// Makes settings that name no model name the usual one (choice/usual_model.h), and tells which it
/// is if there are others. On a terminal it asks where the choice is the user's, and offers to get
/// the default model where there is none. Fails with ModelNotFound, with Cancelled and no message
/// for a user who leaves, and as pull_default_model does.
Status settle_model(Settings& settings);

/// Keeps the model of these settings as the one used last, if a person at a terminal uses it.
void remember_used(const Settings& settings);

}  // namespace pcai::app

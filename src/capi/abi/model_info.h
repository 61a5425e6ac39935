#pragma once

#include <string>

#include "capi/abi/text.h"
#include "core/model.h"
#include "models/found_model.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// An engine's model as a pcai_model_info, its text kept in `texts`.
pcai_model_info to_c(const ModelStatus& status, TextPool& texts);

/// The same for a file that was only found.
pcai_model_info to_c(const models::FoundModel& found, TextPool& texts);

}  // namespace pcai::capi

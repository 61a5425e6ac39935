#pragma once

#include <string>

#include "capi/abi/text.h"
#include "core/model.h"
#include "models/found_model.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// An engine's model as a pcai_model_info. Its text is kept in `texts` and so lives as long as
/// that. What is not known before the model is ready is 0 or not given. Leaves `path` to the
/// caller.
pcai_model_info to_c(const ModelStatus& status, TextPool& texts);

/// A file that was found, but not loaded. Its id is the name by which the command line knows it,
/// and `problem` says why it cannot be used, if so.
pcai_model_info to_c(const models::FoundModel& found, TextPool& texts);

}  // namespace pcai::capi

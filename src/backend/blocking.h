#pragma once

#include <functional>
#include <string_view>

#include "backend/loaded_model.h"

namespace pcai::backend {

/// Called with each piece of text; returning false cancels.
using OnToken = std::function<bool(std::string_view text)>;

/// Runs one request to its end on the calling thread and returns the whole answer. Fails as
/// LoadedModel::submit does, or with what the request failed with.
Result<ChatResponse> generate(LoadedModel& model, GenerateRequest request);

/// The same, but also passes the text to `on_token` piece by piece as it is generated. `on_token`
/// runs on the calling thread. If it cancels, the call fails with Cancelled, unless the answer
/// ended just before.
Result<ChatResponse> generate_streaming(LoadedModel& model, GenerateRequest request,
                                        const OnToken& on_token);

}  // namespace pcai::backend

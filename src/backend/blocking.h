#pragma once

#include <functional>
#include <string_view>

#include "backend/loaded_model.h"

namespace pcai::backend {

/// Called with each piece of text; returning false cancels.
using OnToken = std::function<bool(std::string_view text)>;

/// Runs one request to its end on the calling thread and returns the whole answer.
Result<ChatResponse> generate(LoadedModel& model, GenerateRequest request);

/// The same, giving the text piece by piece as it comes.
Result<ChatResponse> generate_streaming(LoadedModel& model, GenerateRequest request,
                                        const OnToken& on_token);

}  // namespace pcai::backend

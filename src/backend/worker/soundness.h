#pragma once

#include "backend/worker/messages.h"

namespace pcai::backend::worker {

// What the types alone do not say. A worker sends only what is sound, so a parent that receives
// anything else is talking to one that a hostile model file has taken over.

/// Text is UTF-8, indices and times are in range; never Accepted, which is the engine's to say.
bool is_sound(const GenerateEvent& event);

bool is_sound(const FromWorker& message);

/// The error with text that can be shown: UTF-8, of bounded length.
Error shown(Error error);

}  // namespace pcai::backend::worker

#pragma once

#include "backend/worker/messages.h"

namespace pcai::backend::worker {

// What the messages' types alone do not say. A worker checks what it sends. So if a parent receives
// an unsound message, a hostile model file may have taken the worker over, and the parent ends it.
// These are pure functions for any thread.

/// True if text is UTF-8 and indices, log-probabilities and times are in range. Accepted is never
/// sound, because only the engine says it.
bool is_sound(const GenerateEvent& event);

/// The same for a whole message: names and errors have at most 4096 bytes, vectors at most 65,536
/// finite numbers, a tokenized text at most 524,288 tokens.
bool is_sound(const FromWorker& message);

/// The error, made sound: its message and field become UTF-8 without control characters and of
/// bounded length. The code stays.
Error shown(Error error);

}  // namespace pcai::backend::worker

#pragma once

#include "core/thread_annotations.h"

namespace pcai::engine {

/// What annotations call the one mutex of an engine. Many objects refer to one EngineState, and
/// clang cannot see that their references lead to the same mutex. EngineLock holds it.
class CAPABILITY("mutex") EngineMutex {};
inline EngineMutex engine_mutex;

}  // namespace pcai::engine

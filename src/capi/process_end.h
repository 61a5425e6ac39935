#pragma once

#include <memory>
#include <string_view>

namespace pcai::capi {

class OpenEngine;

/// Makes the host's exit() close the engine before anything else ends, and its forked children
/// leave the engine alone.
void note_engine(const std::shared_ptr<OpenEngine>& engine);

/// To be called when a model was loaded: what its driver does at exit() comes after us from then
/// on.
void note_load() noexcept;

/// One lives as long as an engine's threads.
struct EngineAlive {
  EngineAlive() noexcept;
  ~EngineAlive();
  EngineAlive(const EngineAlive&) = delete;
  EngineAlive& operator=(const EngineAlive&) = delete;
};

/// True in a process that was forked from one in which an engine lived. The engine's threads are
/// not here and its locks may be held for ever, so nothing of the library can be used.
bool is_forked_from_engine() noexcept;

inline constexpr std::string_view kForked =
    "this process was forked while an engine existed, and threads do not come along; fork before "
    "the engine is created, or start another program in the child";

}  // namespace pcai::capi

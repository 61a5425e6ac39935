#pragma once

#include <cstddef>
#include <functional>

#include "engine/engine_state.h"
#include "engine/requests/deadline_timer.h"

namespace pcai::engine {

/// Since when each model is idle, and when it has been for too long. Any thread may call it.
class KeepAlive {
 public:
  /// `expired` gets a model's place in the table, on the timer's thread and without the mutex. The
  /// model may be in use again by then.
  KeepAlive(EngineState& state, std::function<void(std::size_t)> expired);

  /// To be called whenever somebody begins or ends to use the model.
  void settle(Model& model) REQUIRES(engine_mutex);

  /// From now on nothing expires, and no call of `expired` is running.
  void stop() { timer_.stop(); }

 private:
  EngineState& state_;
  DeadlineTimer timer_;  // its ids are places in the table
};

}  // namespace pcai::engine

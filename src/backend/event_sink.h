#pragma once

#include "core/event.h"

namespace pcai::backend {

/// Receives one request's events. A backend thread calls it, in order, one call at a time.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// Never blocks and never calls back into the model.
  virtual void on_event(GenerateEvent event) noexcept = 0;
};

}  // namespace pcai::backend

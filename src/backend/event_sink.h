#pragma once

#include "core/event.h"

namespace pcai::backend {

/// Receives one request's events. The model shares it until the last event is delivered. A backend
/// thread calls it, in order, one call at a time.
class EventSink {
 public:
  virtual ~EventSink() = default;

  /// Must return soon: it must not wait, and must not call the model.
  virtual void on_event(GenerateEvent event) noexcept = 0;
};

}  // namespace pcai::backend

#pragma once

#include <functional>

#include "core/error.h"
#include "engine/engine_mutex.h"

namespace pcai::engine {

struct Model;

/// The requests and inquiries of models, as those see them who load and unload.
class ModelUsers {
 public:
  virtual ~ModelUsers() = default;

  /// The model can serve more than before, or can be loaded: admits who waits for it, or has it
  /// loaded for them.
  virtual void advance(Model& model) REQUIRES(engine_mutex) = 0;

  /// Ends all who wait in the model's queue. What it returns tells them; call it without the mutex.
  [[nodiscard]] virtual std::function<void()> end_waiting(Model& model, const Error& error)
      REQUIRES(engine_mutex) = 0;

  /// Cancels the model's inquiries.
  virtual void stop_inquiries(const Model& model) EXCLUDES(engine_mutex) = 0;
};

}  // namespace pcai::engine

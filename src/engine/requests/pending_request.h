#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "backend/event_sink.h"
#include "core/parameters/defaults.h"
#include "core/request.h"
#include "engine/models/model_table.h"
#include "engine/requests/generation_buffer.h"

namespace pcai::engine {

/// A request on its way. Passes the backend's events on to the reader's buffer; Requests does
/// the rest.
class PendingRequest final : public backend::EventSink {
 public:
  using Clock = std::chrono::steady_clock;
  using OnLast = std::function<void(PendingRequest&, GenerateEvent)>;

  enum class State : std::uint8_t {
    Waiting,     // in its model's queue
    Admitted,    // has a place; a thread will submit it
    Submitting,  // inside LoadedModel::submit
    Running,     // the model has it
    Ended,
  };

  /// `on_last` gets the backend's Finished or Failed, on a backend thread.
  PendingRequest(RequestId id, Model& model, GenerateRequest request, OnLast on_last);

  void on_event(GenerateEvent event) noexcept override;

  /// Milliseconds since the request arrived.
  double age_ms() const;

  const RequestId id;
  Model& model;
  const Clock::time_point arrival = Clock::now();
  const std::shared_ptr<GenerationBuffer> buffer = std::make_shared<GenerationBuffer>();

  // Touched by one thread at a time, in this order: the submitting one, the backend's.
  std::unique_ptr<GenerateRequest> request;  // null once submitted
  double queue_ms = 0;
  double first_token_ms = 0;

  AddedMessages added = {};  // to the request's chat, by its model's defaults

  State state GUARDED_BY(engine_mutex) = State::Waiting;
  std::optional<ErrorCode> end_code GUARDED_BY(engine_mutex) = {};  // it was asked to end, and why
  std::shared_ptr<ModelInstance> instance GUARDED_BY(engine_mutex) = {};  // where it has its place
  std::optional<Clock::time_point> deadline GUARDED_BY(engine_mutex) = {};

 private:
  void note_delta() noexcept;

  OnLast on_last_;
  double last_delta_ms_ = 0;
};

}  // namespace pcai::engine

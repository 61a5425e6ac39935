#pragma once

#include <memory>

#include "backend/event_sink.h"
#include "core/model.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::backend {

class Embedder;
class Ranker;
class TokenCodec;

/// One model in memory. Any thread may call any method.
class LoadedModel {
 public:
  /// Ends live requests with Failed(Cancelled) and waits until their last events are delivered.
  virtual ~LoadedModel() = default;

  virtual const ModelInfo& info() const noexcept = 0;

  /// Takes a request. On success the sink gets exactly one Finished or Failed, then nothing, and is
  /// released. On failure (the request's fault: InvalidRequest, ContextOverflow, Unsupported) the
  /// sink gets nothing. May take as long as tokenizing the prompt does. Ids must not repeat.
  virtual Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) = 0;

  /// Asks a request to end soon; its last event, Failed(Cancelled) unless it ended first, still
  /// comes. An unknown id is not an error.
  virtual void cancel(RequestId id) noexcept = 0;

  virtual ModelStats stats() const noexcept = 0;

  /// False once it can take no request any more (its process ended). Never blocks. The engine then
  /// destroys it and loads it anew for the next request.
  virtual bool alive() const noexcept { return true; }

  // Abilities, null where the model lacks them. They live as long as the model; no call of one may
  // be running when it is destroyed.

  virtual Embedder* embedder() noexcept { return nullptr; }
  virtual Ranker* ranker() noexcept { return nullptr; }
  virtual TokenCodec* token_codec() noexcept { return nullptr; }
};

}  // namespace pcai::backend

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
  /// Ends live requests with Failed(Cancelled) and waits until their last events are delivered. No
  /// call of any method may be running.
  virtual ~LoadedModel() = default;

  virtual const ModelInfo& info() const noexcept = 0;

  /// Takes a request. On success the sink gets any number of events, then exactly one Finished or
  /// Failed, and is then released. On failure (InvalidRequest, ContextOverflow or Unsupported: the
  /// request's fault) the sink gets nothing. May take as long as tokenizing the prompt does, but
  /// does not wait for other requests. `id` must never have been used before.
  virtual Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) = 0;

  /// Asks a request to end soon, and does not wait for it. Its last event still comes:
  /// Failed(Cancelled), unless it ended before. An unknown id has no effect.
  virtual void cancel(RequestId id) noexcept = 0;

  virtual ModelStats stats() const noexcept = 0;

  /// False once the model can take no more requests because its process has ended. Never blocks.
  /// The engine then destroys the model and loads it again for the next request.
  virtual bool alive() const noexcept { return true; }

  // Abilities; null if the model lacks one. The model owns them. No call of one may be running when
  // the model is destroyed.

  virtual Embedder* embedder() noexcept { return nullptr; }
  virtual Ranker* ranker() noexcept { return nullptr; }
  virtual TokenCodec* token_codec() noexcept { return nullptr; }
};

}  // namespace pcai::backend

#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/models/model_table.h"
#include "engine/requests/pending_request.h"

namespace pcai::engine {

/// Who waits for which model and who is next, first come first served. The engine's mutex
/// guards it.
class Admission {
 public:
  explicit Admission(std::uint32_t max_queue) : max_queue_(max_queue) {}

  /// Puts a request last into its model's queue. False when it would stay there and the queue,
  /// which counts the requests of all models, is full.
  bool enter(std::shared_ptr<PendingRequest> request) REQUIRES(engine_mutex);

  /// Gives the places that are free to those who wait longest. Returns who got one, to be
  /// submitted.
  std::vector<std::shared_ptr<PendingRequest>> admit(Model& model) REQUIRES(engine_mutex);

  /// Takes a request out: from the queue or from its place.
  void leave(PendingRequest& request) REQUIRES(engine_mutex);

  std::uint32_t queued() const noexcept { return queued_; }
  std::uint32_t running() const noexcept { return running_; }

 private:
  std::uint32_t max_queue_;
  std::uint32_t queued_ = 0;
  std::uint32_t running_ = 0;
};

}  // namespace pcai::engine

#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <thread>
#include <unordered_map>

#include "backend/llamacpp/decoding_request.h"
#include "backend/llamacpp/media/projector.h"
#include "core/mutex.h"

namespace pcai::backend::llamacpp {

/// Encodes the media of requests on a thread of its own, so that no sequence waits for it, and then
/// passes each request on. It keeps the rows of the latest media, so that the next turn of a chat
/// does not encode them again. Any thread may call any method.
class MediaEncoder {
 public:
  /// `ready` takes over a request whose media are encoded. It is called under a lock and must not
  /// call back. Throws NoThread.
  MediaEncoder(Projector& projector, std::function<void(std::unique_ptr<DecodingRequest>)> ready);

  /// Ends its requests with Failed(Cancelled). Waits for the part that is being encoded.
  ~MediaEncoder();

  void submit(std::unique_ptr<DecodingRequest> request);

  /// Cancels a request. Returns false if the encoder does not have it. Otherwise its last event
  /// comes once the part that is being encoded is done.
  bool cancel(RequestId request);

  std::uint32_t requests() const;

 private:
  struct Kept {
    std::string key;
    MediaRows rows;
  };

  void run();
  void drop_cancelled();
  Result<MediaRows> rows_of(const PromptMedia& media);
  void keep(const std::string& key, MediaRows rows);

  Projector& projector_;
  const std::function<void(std::unique_ptr<DecodingRequest>)> ready_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<std::unique_ptr<DecodingRequest>> queue_
      GUARDED_BY(mutex_);                             // the first one is being encoded
  std::set<RequestId> cancelled_ GUARDED_BY(mutex_);  // of those in the queue
  bool stopping_ GUARDED_BY(mutex_) = false;

  // Only touched by its thread.
  std::list<Kept> kept_;  // latest used first
  std::unordered_map<std::string, std::list<Kept>::iterator> by_key_;
  std::size_t kept_floats_ = 0;

  std::thread thread_;
};

}  // namespace pcai::backend::llamacpp

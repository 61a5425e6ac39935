#include "backend/llamacpp/media/media_encoder.h"

#include <utility>
#include <vector>

#include "core/start_thread.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kMaxKept = std::size_t{64} << 20;  // floats: 256 MiB

}  // namespace

MediaEncoder::MediaEncoder(Projector& projector,
                           std::function<void(std::unique_ptr<DecodingRequest>)> ready)
    : projector_(projector), ready_(std::move(ready)), thread_(start_thread([this] { run(); })) {}

MediaEncoder::~MediaEncoder() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void MediaEncoder::submit(std::unique_ptr<DecodingRequest> request) {
  const MutexLock lock(mutex_);
  queue_.push_back(std::move(request));
  changed_.notify_one();
}

bool MediaEncoder::cancel(RequestId request) {
  const MutexLock lock(mutex_);
  for (const auto& waiting : queue_) {
    if (waiting->id() != request) continue;
    cancelled_.insert(request);
    changed_.notify_one();
    return true;
  }
  return false;
}

std::uint32_t MediaEncoder::requests() const {
  const MutexLock lock(mutex_);
  return static_cast<std::uint32_t>(queue_.size());
}

void MediaEncoder::run() {
  while (true) {
    drop_cancelled();
    PromptMedia* next = nullptr;
    {
      const MutexLock lock(mutex_);
      changed_.wait(mutex_, [this]() REQUIRES(mutex_) { return stopping_ || !queue_.empty(); });
      if (stopping_) break;
      for (const auto& media : queue_.front()->media()) {
        if (next == nullptr && !media->rows) next = media.get();
      }
      if (next == nullptr) {
        if (cancelled_.contains(queue_.front()->id())) continue;
        std::unique_ptr<DecodingRequest> request = std::move(queue_.front());
        queue_.pop_front();
        ready_(std::move(request));
        continue;
      }
    }
    // The queue's first request stays where it is until this thread takes it off.
    auto rows = rows_of(*next);
    if (rows) {
      next->rows = *std::move(rows);
      next->chunk.reset(mtmd_input_chunk_get_placeholder(next->chunk.get()));  // without pixels
      continue;
    }
    std::unique_ptr<DecodingRequest> failed;
    {
      const MutexLock lock(mutex_);
      failed = std::move(queue_.front());
      queue_.pop_front();
      cancelled_.erase(failed->id());
    }
    failed->fail_with(std::move(rows.error()));
  }
  std::deque<std::unique_ptr<DecodingRequest>> left;
  {
    const MutexLock lock(mutex_);
    left.swap(queue_);
  }
  for (const auto& request : left) {
    request->fail_with({ErrorCode::Cancelled, "the model was unloaded"});
  }
}

void MediaEncoder::drop_cancelled() {
  std::vector<std::unique_ptr<DecodingRequest>> dropped;
  {
    const MutexLock lock(mutex_);
    for (auto it = queue_.begin(); it != queue_.end();) {
      if (cancelled_.erase((*it)->id()) == 0) {
        ++it;
        continue;
      }
      dropped.push_back(std::move(*it));
      it = queue_.erase(it);
    }
  }
  for (const auto& request : dropped) {
    request->fail_with({ErrorCode::Cancelled, "the request was cancelled"});
  }
}

Result<MediaRows> MediaEncoder::rows_of(const PromptMedia& media) {
  if (const auto found = by_key_.find(media.key); found != by_key_.end()) {
    kept_.splice(kept_.begin(), kept_, found->second);
    return found->second->rows;
  }
  auto rows = projector_.encode(media);
  if (rows) keep(media.key, *rows);
  return rows;
}

void MediaEncoder::keep(const std::string& key, MediaRows rows) {
  kept_floats_ += rows->size();
  kept_.push_front({key, std::move(rows)});
  by_key_[key] = kept_.begin();
  while (kept_floats_ > kMaxKept) {
    kept_floats_ -= kept_.back().rows->size();
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
}

}  // namespace pcai::backend::llamacpp

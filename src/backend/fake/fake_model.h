#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <queue>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "backend/fake/fake_codec.h"
#include "backend/fake/fake_embedder.h"
#include "backend/fake/fake_script.h"
#include "backend/loaded_model.h"
#include "core/mutex.h"

namespace pcai::backend::fake {

/// A model that plays scripts. Any thread may call any method. One thread serves all requests from
/// a queue of due times, so that a waiting stream costs some hundred bytes and no thread.
class FakeModel final : public LoadedModel {
 public:
  FakeModel(ModelInfo info, std::uint32_t kv_cells, FakeScript defaults);
  ~FakeModel() override;

  const ModelInfo& info() const noexcept override { return info_; }
  Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) override;
  void cancel(RequestId id) noexcept override;
  ModelStats stats() const noexcept override;
  Embedder* embedder() noexcept override { return &embedder_; }
  Ranker* ranker() noexcept override { return &embedder_; }
  TokenCodec* token_codec() noexcept override { return &codec_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Stream;

  struct Due {
    Clock::time_point time;
    std::uint64_t order;  // first scheduled, first served
    RequestId id;
    bool operator>(const Due& other) const {
      return time != other.time ? time > other.time : order > other.order;
    }
  };

  /// A new stream; without one, a cancel of `id`.
  struct Message {
    RequestId id;
    std::unique_ptr<Stream> stream;
  };

  std::vector<TokenLogprobs> score(const GenerateRequest& request, const FakePrompt& prompt);

  // All of these run on the model's thread.
  void drive();
  void take(Message message);
  void admit();
  void schedule(RequestId id, Clock::duration delay);
  void step(Stream& stream);
  void finish_prefill(Stream& stream);
  void generate(Stream& stream, std::string token);
  void show(Stream& stream, std::string text);
  void finish(Stream& stream, FinishReason reason);
  void fail_stream(Stream& stream, Error error);
  void end(Stream& stream, GenerateEvent last);
  void hang();

  // Constant after construction.
  const ModelInfo info_;
  const std::uint32_t kv_cells_;
  const FakeScript defaults_;
  FakeEmbedder embedder_;
  FakeCodec codec_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Message> inbox_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  ModelStats stats_ GUARDED_BY(mutex_);

  // Only touched by the model's thread.
  std::unordered_map<RequestId, std::unique_ptr<Stream>> streams_;
  std::deque<RequestId> waiting_;  // for KV cells or a place; ended ones stay until their turn
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t order_ = 0;
  std::uint64_t cells_held_ = 0;
  std::uint32_t running_ = 0;
  std::unordered_set<std::uint64_t> seen_prefixes_;

  std::thread thread_;
};

}  // namespace pcai::backend::fake

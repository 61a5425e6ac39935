#pragma once

#include <llama.h>

#include <optional>
#include <span>

#include "backend/embedder.h"
#include "backend/llamacpp/load/lora_adapters.h"
#include "backend/llamacpp/load/model_file.h"
#include "backend/llamacpp/tokens/tokenizer.h"
#include "core/mutex.h"

namespace pcai::backend::llamacpp {

using LlamaPooling = enum ::llama_pooling_type;  // llama.h has a function of that name, too

/// Embeds and ranks with a model's weights. It has a llama_context of its own, which is made for
/// the first call, and again when a call wants another pooling. Any thread may call any method; one
/// call computes at a time. The weights and the tokenizer must outlive it.
class TextEmbedder final : public Embedder, public Ranker {
 public:
  /// What the model can do here, which depends on the file's metadata.
  enum class Kind : std::uint8_t {
    OnRequest,  // a generating model: the request must name a pooling
    Embeds,
    Ranks,
  };

  TextEmbedder(llama_model& weights, const Tokenizer& tokenizer, const ModelConfig& config);

  /// Adapters for what it computes from now on; they outlive it.
  void set_adapters(const LoraAdapters* adapters) noexcept {
    const MutexLock lock(mutex_);
    adapters_ = adapters;
  }

  Kind kind() const noexcept { return kind_; }

  /// An input may have 2,048 tokens, or as many as the configured context has, but never more than
  /// the model was trained for.
  Result<std::vector<Embedding>> embed(const EmbedRequest& request, std::stop_token stop) override;
  Result<std::vector<RankScore>> rank(const RankRequest& request, std::stop_token stop) override;

 private:
  using Sequence = std::vector<llama_token>;

  /// With `truncated` the input may be too long; it is set to whether it was.
  Result<Sequence> tokens_of(const EmbedInput& input, const std::string& field,
                             bool* truncated) const;
  Result<Sequence> tokens_of(const std::string& query, const std::string& document) const;
  Status check_length(std::size_t tokens, const std::string& field) const;

  Status prepare(LlamaPooling pooling) REQUIRES(mutex_);
  Result<std::vector<std::vector<float>>> compute(const std::vector<Sequence>& sequences,
                                                  const std::stop_token& stop) REQUIRES(mutex_);
  Status compute_batch(std::span<const Sequence> sequences, const std::stop_token& stop)
      REQUIRES(mutex_);

  llama_model& weights_;
  const Tokenizer& tokenizer_;
  const std::int32_t threads_;
  const std::uint32_t most_tokens_;  // of one input, and of a batch
  const Kind kind_;

  Mutex mutex_;
  const LoraAdapters* adapters_ GUARDED_BY(mutex_) = nullptr;
  LlamaContextPtr context_ GUARDED_BY(mutex_);              // null until the first call
  std::optional<LlamaPooling> pooling_ GUARDED_BY(mutex_);  // that context_ has
};

}  // namespace pcai::backend::llamacpp

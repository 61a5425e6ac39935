#pragma once

#include <cstdint>
#include <memory>

#include "backend/embedder.h"
#include "backend/mistralrs/bridge_tokenizer.h"

namespace pcai::backend::mistralrs {

/// Embeds texts with a model of mistral.rs, one after another, with the pooling that the model's
/// files name. Any thread may call any method. The model must outlive it.
class BridgeEmbedder final : public Embedder {
 public:
  BridgeEmbedder(const Bridge& bridge, const pcai_mrs_model& model,
                 std::shared_ptr<const BridgeTokenizer> tokenizer, std::uint32_t context_length)
      : bridge_(bridge),
        model_(model),
        tokenizer_(std::move(tokenizer)),
        context_length_(context_length) {}

  Result<std::vector<Embedding>> embed(const EmbedRequest& request, std::stop_token stop) override;

 private:
  Result<std::vector<std::int32_t>> tokens_of(const EmbedInput& input, bool truncate) const;
  Result<Embedding> embed(const EmbedInput& input, bool truncate) const;

  const Bridge& bridge_;
  const pcai_mrs_model& model_;
  const std::shared_ptr<const BridgeTokenizer> tokenizer_;
  const std::uint32_t context_length_;
};

}  // namespace pcai::backend::mistralrs

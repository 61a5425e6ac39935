#pragma once

#include <cstdint>

#include "backend/embedder.h"

namespace pcai::backend::fake {

/// A vector is the sum of a random direction for each word, so texts that share words are near each
/// other; a score is the share of the query's words that the document has. Immutable; any thread
/// may call any method.
///
/// A text "fake: hang" waits until `stop` is asked for, "fake: fail" fails with Internal,
/// "fake: crash" ends the process.
class FakeEmbedder final : public Embedder, public Ranker {
 public:
  static constexpr std::size_t kDimension = 64;

  /// `max_tokens`: longer inputs are a ContextOverflow.
  explicit FakeEmbedder(std::uint32_t max_tokens) : max_tokens_(max_tokens) {}

  Result<std::vector<Embedding>> embed(const EmbedRequest& request, std::stop_token stop) override;
  Result<std::vector<RankScore>> rank(const RankRequest& request, std::stop_token stop) override;

 private:
  std::uint32_t max_tokens_;
};

}  // namespace pcai::backend::fake

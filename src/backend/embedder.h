#pragma once

#include <stop_token>
#include <vector>

#include "core/embedding.h"
#include "core/result.h"

namespace pcai::backend {

/// Turns texts into vectors: an ability of a LoadedModel, which owns it. Any thread may call any
/// method; calls may wait for each other, and end with Cancelled soon after `stop` is asked for.
class Embedder {
 public:
  virtual ~Embedder() = default;

  /// One embedding an input, in their order; all vectors have the same size. Fails with
  /// InvalidRequest (an input, or the model has no pooling of its own and none is asked for),
  /// ContextOverflow, Unsupported (that pooling) or Internal; `field` names the input.
  virtual Result<std::vector<Embedding>> embed(const EmbedRequest& request,
                                               std::stop_token stop) = 0;
};

/// Scores documents for a query: the ability of a model that was made for it. As Embedder.
class Ranker {
 public:
  virtual ~Ranker() = default;

  /// One score a document, in their order.
  virtual Result<std::vector<RankScore>> rank(const RankRequest& request, std::stop_token stop) = 0;
};

}  // namespace pcai::backend

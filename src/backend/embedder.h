#pragma once

#include <stop_token>
#include <vector>

#include "core/embedding.h"
#include "core/result.h"

namespace pcai::backend {

/// Turns texts into vectors. It is an ability of a LoadedModel, which owns it. Any thread may call
/// any method, but one call may wait for another. A call ends with Cancelled soon after `stop` is
/// requested.
class Embedder {
 public:
  virtual ~Embedder() = default;

  /// Returns one embedding per input, in their order. All vectors have the same size. Fails with
  /// InvalidRequest (an input is bad, or neither the model nor the request names a pooling),
  /// ContextOverflow (an input is too long), Unsupported (the model cannot do that pooling) or
  /// Internal. The error's `field` names the input.
  virtual Result<std::vector<Embedding>> embed(const EmbedRequest& request,
                                               std::stop_token stop) = 0;
};

/// Scores documents for a query. Only a model that was trained for it has this ability. Threads and
/// `stop` are as in Embedder.
class Ranker {
 public:
  virtual ~Ranker() = default;

  /// Returns one score per document, in their order. Fails as embed() does.
  virtual Result<std::vector<RankScore>> rank(const RankRequest& request, std::stop_token stop) = 0;
};

}  // namespace pcai::backend

#pragma once

#include <future>
#include <optional>
#include <unordered_map>

#include "backend/worker/messages.h"
#include "core/mutex.h"
#include "core/result.h"

namespace pcai {

/// The queries that wait for a worker's answer, on the parent's side. Any thread may call any
/// method.
class QueryTable {
 public:
  /// A query that the worker is about to be asked; the future is its answer. `vectors`: most
  /// embeddings that the answer may have. Fails after end(), with its error.
  Result<std::future<Result<QueryAnswer>>> add(RequestId id, std::size_t vectors);

  /// Answers it from here; false when it has its answer.
  bool fail_query(RequestId id, Error error);

  /// The worker's answer, or a part of it. Unknown ids are ignored: those queries were given up.
  /// False when it has more embeddings than were asked for.
  bool answered(RequestId id, QueryAnswer answer);

  /// Fails every query, and all later ones.
  void end(const Error& error);

 private:
  struct Entry {
    std::size_t vectors_left;
    std::vector<Embedding> embeddings = {};  // that have come so far
    std::promise<Result<QueryAnswer>> answer = {};
  };

  Mutex mutex_;
  std::unordered_map<RequestId, Entry> entries_ GUARDED_BY(mutex_);
  std::optional<Error> ended_ GUARDED_BY(mutex_);
};

}  // namespace pcai

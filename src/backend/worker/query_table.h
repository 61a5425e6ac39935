#pragma once

#include <future>
#include <optional>
#include <unordered_map>

#include "backend/worker/messages.h"
#include "core/mutex.h"
#include "core/result.h"

namespace pcai::backend::worker {

/// The queries that wait for a worker's answer, on the parent's side. Any thread may call any
/// method; none waits for the worker. The one that asked waits on its future.
class QueryTable {
 public:
  /// Adds a query, before the worker is asked. The future becomes its answer or its error.
  /// `vectors`: the most embeddings that the answer may have; 0 for other queries. After end() it
  /// fails with the error given there. `id` must be new.
  Result<std::future<Result<QueryAnswer>>> add(RequestId id, std::size_t vectors);

  /// Answers a query with an error, the worker's or our own (a cancel), and forgets it. Returns
  /// false if the query was answered before; then nothing changes.
  bool fail_query(RequestId id, Error error);

  /// Takes the worker's answer or a part of it. The future is set with the last part. An unknown id
  /// is ignored, because that query was given up. Returns false if the worker cannot be right: more
  /// embeddings than `vectors`, or an empty part that is not the last one.
  bool answered(RequestId id, QueryAnswer answer);

  /// Fails every waiting query and all later ones, as the worker has ended.
  void end(const Error& error);

 private:
  struct Entry {
    std::size_t vectors_left;                // may still come
    std::vector<Embedding> embeddings = {};  // have come so far
    std::promise<Result<QueryAnswer>> answer = {};
  };

  Mutex mutex_;
  std::unordered_map<RequestId, Entry> entries_ GUARDED_BY(mutex_);
  std::optional<Error> ended_ GUARDED_BY(mutex_);
};

}  // namespace pcai::backend::worker

#pragma once

#include <cstddef>

struct ggml_threadpool;

namespace pcai::backend::llamacpp {

/// A thread's place among ggml's threads that compute a node together.
struct Team {
  int index;
  int count;
  std::byte* work;  // the node's work memory, one for all threads, at a multiple of 64
  ggml_threadpool* pool;

  /// Waits until all threads are here.
  void barrier() const;

  /// Makes next_chunk() count from the number of threads on: each thread begins with the chunk of
  /// its index. Called by the first thread, and a barrier() must follow.
  void begin_chunks() const;
  int next_chunk() const;
};

}  // namespace pcai::backend::llamacpp

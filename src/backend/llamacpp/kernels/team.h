#pragma once

#include <cstddef>

struct ggml_threadpool;

namespace pcai::backend::llamacpp {

/// The place of one thread among ggml's threads that compute a node together.
struct Team {
  int index;
  int count;
  std::byte* work;  // the node's work memory, shared by all threads, aligned to 64 bytes
  ggml_threadpool* pool;

  /// Waits until all threads are here.
  void barrier() const;

  /// Resets next_chunk(), which then counts from the number of threads on; each thread begins with
  /// the chunk of its own index. The first thread calls it, and a barrier() must follow.
  void begin_chunks() const;
  int next_chunk() const;
};

}  // namespace pcai::backend::llamacpp

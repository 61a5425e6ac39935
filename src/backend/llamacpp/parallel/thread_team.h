#pragma once

#include <memory>
#include <vector>

namespace pcai::backend::llamacpp {

/// The threads that compute together with the thread that owns them: ggml's parallel regions run on
/// them (openmp.cpp). OpenMP's own runtime ends the process if it cannot make a thread; a region
/// here runs on the threads that there are.
class ThreadTeam {
 public:
  using Work = void (*)(void* data);

  ThreadTeam();

  /// Ends its threads.
  ~ThreadTeam();

  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  /// The calling thread's own, which ends with the thread or by end_own().
  static ThreadTeam& own();
  static void end_own() noexcept;

  /// Runs work(data) on the calling thread, which must be the owner, and on `count` - 1 others at
  /// the same time. Returns when all are done. 0 means all processors. If the system gives too few
  /// threads, fewer run it, and the log says so once. Inside a region it runs on this thread alone.
  void run(Work work, void* data, unsigned count);

  // About the region that the calling thread is in; outside of one it is alone.

  static unsigned index() noexcept;
  static unsigned size() noexcept;
  static void barrier() noexcept;

  /// True for the first thread that comes to this place, if all threads come to it.
  static bool first_here() noexcept;

  /// A loop from `begin` to `end`, of which each thread takes `chunk` steps at a time. The first
  /// thread that comes sets it up. True if [*first, *last) is to be done.
  static bool begin_loop(long begin, long end, long step, long chunk, long* first, long* last);
  static bool next_chunk(long* first, long* last);

  /// Waits until all threads are here.
  static void end_loop() noexcept;

 private:
  struct Region;
  struct Place;
  struct Worker;

  static thread_local Place place_;

  void grow(unsigned count);
  static void serve(Worker& worker);

  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace pcai::backend::llamacpp

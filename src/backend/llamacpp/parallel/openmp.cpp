// What GCC's OpenMP calls for ggml's parallel regions, on ThreadTeam in place of libgomp. The names
// are hidden: another OpenMP in the process neither sees nor replaces them.
#include "backend/llamacpp/parallel/thread_team.h"
#include "core/mutex.h"

using pcai::backend::llamacpp::ThreadTeam;

namespace {

pcai::Mutex& atomic_mutex() {
  static auto* const mutex = new pcai::Mutex;  // never destroyed: threads may still compute
  return *mutex;
}

}  // namespace

#pragma GCC visibility push(hidden)
extern "C" {

void GOMP_parallel(void (*work)(void*), void* data, unsigned threads, unsigned /*flags*/) {
  ThreadTeam::own().run(work, data, threads);
}

void GOMP_barrier() {
  ThreadTeam::barrier();
}

bool GOMP_single_start() {
  return ThreadTeam::first_here();
}

int omp_get_thread_num() {
  return static_cast<int>(ThreadTeam::index());
}

int omp_get_num_threads() {
  return static_cast<int>(ThreadTeam::size());
}

bool GOMP_loop_nonmonotonic_dynamic_start(long begin, long end, long step, long chunk, long* first,
                                          long* last) {
  return ThreadTeam::begin_loop(begin, end, step, chunk, first, last);
}

bool GOMP_loop_nonmonotonic_dynamic_next(long* first, long* last) {
  return ThreadTeam::next_chunk(first, last);
}

void GOMP_loop_end() {
  ThreadTeam::end_loop();
}

void GOMP_atomic_start() {
  atomic_mutex().lock();
}

void GOMP_atomic_end() {
  atomic_mutex().unlock();
}

}  // extern "C"
#pragma GCC visibility pop

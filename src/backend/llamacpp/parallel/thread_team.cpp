#include "backend/llamacpp/parallel/thread_team.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>

#include "backend/llamacpp/parallel/signal_word.h"
#include "core/mutex.h"
#include "core/start_thread.h"
#include "platform/processors.h"

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace pcai::backend::llamacpp {
namespace {

// Looks before a thread sleeps. With more threads than processors, whoever is waited for may need
// the processor of the one that looks.
constexpr int kLooks = 50'000;
constexpr int kLooksInTurns = 1'000;

std::atomic<unsigned> threads_of_teams{0};  // with the owners

int looks() {
  static const unsigned processors = platform::usable_processors();
  return threads_of_teams.load(std::memory_order_relaxed) > processors ? kLooksInTurns : kLooks;
}

void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

thread_local std::optional<ThreadTeam> team_of_thread;

}  // namespace

void SignalWord::await_change(std::uint32_t old, int most_looks) noexcept {
  for (int i = 0; i < most_looks; ++i) {
    if (value() != old) return;
    relax();
  }
  sleepers_.fetch_add(1);
  while (value_.load() == old) value_.wait(old);
  sleepers_.fetch_sub(1);
}

/// One call of run(). It lives on the owner's stack.
struct ThreadTeam::Region {
  Work work;
  void* data;
  unsigned size = 1;

  std::atomic<unsigned> arrived{0};
  SignalWord passed;                 // barriers that all have come to
  std::atomic<unsigned> singles{0};  // places that a first thread has come to

  Mutex mutex;
  bool in_loop GUARDED_BY(mutex) = false;
  long next GUARDED_BY(mutex) = 0;
  long end GUARDED_BY(mutex) = 0;
  long stride GUARDED_BY(mutex) = 1;
};

/// Where a thread is.
struct ThreadTeam::Place {
  Region* region = nullptr;
  unsigned index = 0;
  unsigned singles = 0;  // that it has come to
};

thread_local ThreadTeam::Place ThreadTeam::place_;

struct ThreadTeam::Worker {
  SignalWord turns;  // regions that it was called to; one more when it is to end
  SignalWord done;
  Region* region = nullptr;  // null = it is to end
  unsigned index = 0;
  std::thread thread;
};

ThreadTeam::ThreadTeam() {
  ++threads_of_teams;
}

ThreadTeam::~ThreadTeam() {
  for (const auto& worker : workers_) {
    worker->region = nullptr;
    worker->turns.bump();
  }
  for (const auto& worker : workers_) worker->thread.join();
  threads_of_teams -= static_cast<unsigned>(workers_.size()) + 1;
}

ThreadTeam& ThreadTeam::own() {
  if (!team_of_thread) team_of_thread.emplace();
  return *team_of_thread;
}

void ThreadTeam::end_own() noexcept {
  team_of_thread.reset();
}

void ThreadTeam::grow(unsigned count) {
  try {
    while (workers_.size() + 1 < count) {
      workers_.reserve(workers_.size() + 1);
      auto worker = std::make_unique<Worker>();
      worker->thread = start_thread([&worker = *worker] { serve(worker); });
      workers_.push_back(std::move(worker));
      ++threads_of_teams;
    }
  } catch (const std::exception& failure) {
    static std::atomic_flag told;
    if (!told.test_and_set()) {
      spdlog::warn("{} of {} threads compute: {}", workers_.size() + 1, count, failure.what());
    }
  }
}

void ThreadTeam::run(Work work, void* data, unsigned count) {
  if (place_.region != nullptr) count = 1;
  if (count == 0) count = platform::usable_processors();
  grow(count);
  Region region{.work = work, .data = data};
  region.size = std::min(count, static_cast<unsigned>(workers_.size()) + 1);
  for (unsigned i = 1; i < region.size; ++i) {
    Worker& worker = *workers_[i - 1];
    worker.region = &region;
    worker.index = i;
    worker.turns.bump();
  }
  const Place outside = std::exchange(place_, Place{.region = &region});
  work(data);
  place_ = outside;
  for (unsigned i = 1; i < region.size; ++i) {
    Worker& worker = *workers_[i - 1];
    const std::uint32_t turn = worker.turns.value();
    for (std::uint32_t done = worker.done.value(); done != turn; done = worker.done.value()) {
      worker.done.await_change(done, looks());
    }
  }
}

void ThreadTeam::serve(Worker& worker) {
  for (std::uint32_t turn = 0;; ++turn) {
    worker.turns.await_change(turn, looks());
    if (worker.region == nullptr) return;
    place_ = Place{.region = worker.region, .index = worker.index};
    worker.region->work(worker.region->data);
    place_ = {};
    worker.done.bump();
  }
}

unsigned ThreadTeam::index() noexcept {
  return place_.index;
}

unsigned ThreadTeam::size() noexcept {
  return place_.region == nullptr ? 1 : place_.region->size;
}

void ThreadTeam::barrier() noexcept {
  Region* const region = place_.region;
  if (region == nullptr || region->size == 1) return;
  const std::uint32_t passed = region->passed.value();
  if (region->arrived.fetch_add(1) + 1 == region->size) {
    region->arrived = 0;
    region->passed.bump();
  } else {
    region->passed.await_change(passed, looks());
  }
}

bool ThreadTeam::first_here() noexcept {
  if (place_.region == nullptr) return true;
  unsigned before = place_.singles++;
  return place_.region->singles.compare_exchange_strong(before, before + 1);
}

bool ThreadTeam::begin_loop(long begin, long end, long step, long chunk, long* first, long* last) {
  Region* const region = place_.region;
  {
    const MutexLock lock(region->mutex);
    if (!region->in_loop) {
      region->in_loop = true;
      region->next = begin;
      region->end = end;
      region->stride = step * chunk;
    }
  }
  return next_chunk(first, last);
}

bool ThreadTeam::next_chunk(long* first, long* last) {
  Region* const region = place_.region;
  const MutexLock lock(region->mutex);
  const bool up = region->stride > 0;
  if (up ? region->next >= region->end : region->next <= region->end) return false;
  const long left = region->end - region->next;
  *first = region->next;
  region->next = (up ? left <= region->stride : left >= region->stride)
                     ? region->end
                     : region->next + region->stride;
  *last = region->next;
  return true;
}

void ThreadTeam::end_loop() noexcept {
  Region* const region = place_.region;
  barrier();  // all have seen that nothing is left
  {
    const MutexLock lock(region->mutex);
    region->in_loop = false;
  }
  barrier();  // before the next loop begins
}

}  // namespace pcai::backend::llamacpp

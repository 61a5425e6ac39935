#include "threads/scarce_threads.h"

#include <dlfcn.h>
#include <pthread.h>

#include <atomic>
#include <cerrno>

namespace {

std::atomic<int> starts{0};
std::atomic<int> fails_at{0};  // 0 = never
std::atomic<bool> for_good{false};
std::atomic<int> failures{0};

}  // namespace

// In place of the C library's, for the standard library too.
extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                              void* (*work)(void*), void* argument) noexcept {
  using Create = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static const auto create = reinterpret_cast<Create>(::dlsym(RTLD_NEXT, "pthread_create"));
  const int at = fails_at;
  if (at > 0) {
    const int start = ++starts;
    if (start == at || (for_good && start > at)) {
      ++failures;
      return EAGAIN;
    }
  }
  return create(thread, attributes, work, argument);
}

namespace pcai {

ScarceThreads::ScarceThreads(int at, Until until) {
  starts = failures = 0;
  for_good = until == Until::ForGood;
  fails_at = at;
}

ScarceThreads::~ScarceThreads() {
  fails_at = 0;
}

bool ScarceThreads::failed() const {
  return failures > 0;
}

}  // namespace pcai

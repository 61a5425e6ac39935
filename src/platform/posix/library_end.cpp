#include "platform/library_end.h"

#include <pthread.h>

#include <cstdlib>

#ifdef __linux__
// The linker's --wrap sends the library's own registrations of destructors here, llama.cpp's too.
extern "C" {

extern void* __dso_handle __attribute__((visibility("hidden")));

int __real___cxa_atexit(void (*destroy)(void*), void* object, void* library);

__attribute__((visibility("hidden"))) int __wrap___cxa_atexit(void (*)(void*), void*, void*) {
  return 0;
}

}  // extern "C"
#endif

namespace pcai::platform {

void call_at_exit(void (*work)()) noexcept {
#ifdef __linux__
  const auto call = [](void* function) { reinterpret_cast<void (*)()>(function)(); };
  // Not for want of memory: then the process ends as it would without `work`.
  static_cast<void>(
      __real___cxa_atexit(call, reinterpret_cast<void*>(work), static_cast<void*>(&__dso_handle)));
#else
  static_cast<void>(std::atexit(work));
#endif
}

void call_in_forked_children(void (*work)()) noexcept {
  static_cast<void>(::pthread_atfork(nullptr, nullptr, work));
}

}  // namespace pcai::platform

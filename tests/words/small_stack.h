#pragma once

#include <pthread.h>

#include <functional>
#include <stdexcept>

namespace pcai::test {

/// Runs it on a thread with a stack of 256 KiB.
inline void on_small_stack(std::function<void()> work) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  const auto run = [](void* argument) -> void* {
    (*static_cast<std::function<void()>*>(argument))();
    return nullptr;
  };
  pthread_t thread{};
  if (pthread_create(&thread, &attributes, run, &work) != 0) throw std::runtime_error("no thread");
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace pcai::test

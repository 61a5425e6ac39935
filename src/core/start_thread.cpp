#include "core/start_thread.h"

#include <system_error>
#include <utility>

namespace pcai {

NoThread::NoThread(const std::string& why)
    : std::runtime_error("cannot start a thread: " + why +
                         "; raise the limit of processes or threads (ulimit -u, or pids.max of "
                         "the container), or end other programs") {}

std::thread start_thread(std::function<void()> work) {
  try {
    return std::thread(std::move(work));
  } catch (const std::system_error& failure) {
    throw NoThread(failure.code().message());
  }
}

void JoinedThreads::start(std::function<void()> work) {
  threads_.emplace_back();  // before the thread: it must have a place
  try {
    threads_.back() = start_thread(std::move(work));
  } catch (...) {
    threads_.pop_back();
    throw;
  }
}

void JoinedThreads::join() noexcept {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace pcai

#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace pcai {

/// There is no thread for some work. what() is for users: it says why, and the way out.
class NoThread : public std::runtime_error {
 public:
  explicit NoThread(const std::string& why);
};

/// Starts a thread that runs `work`, which must not throw. Throws NoThread if the system gives
/// none. All threads of src/ are started here; who starts several joins the others before NoThread
/// leaves it.
std::thread start_thread(std::function<void()> work);

/// Threads of one owner, whose destructor waits for them.
class JoinedThreads {
 public:
  JoinedThreads() = default;
  ~JoinedThreads() { join(); }

  JoinedThreads(const JoinedThreads&) = delete;
  JoinedThreads& operator=(const JoinedThreads&) = delete;

  /// As start_thread().
  void start(std::function<void()> work);

  void join() noexcept;

 private:
  std::vector<std::thread> threads_;
};

}  // namespace pcai

#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <memory>
#include <set>

#include "http/connection/connection.h"
#include "http/connection/net.h"

namespace pcai::http {

/// One thread's io_context and the connections on it, so that none of them needs a lock. All
/// methods except run(), stop() and context() are for that thread.
class Loop {
 public:
  Loop();

  asio::io_context& context() noexcept { return context_; }

  /// Serves until it is stopped and its last connection has ended.
  void run() { context_.run(); }

  /// Any thread may call it. Idle connections close now, the others after their answer. Those that
  /// are left after `grace` are asked to end, and closed if they do not.
  void stop(std::chrono::milliseconds grace);

  void add(Connection& connection);
  void remove(Connection& connection);

 private:
  void drain(std::chrono::milliseconds grace);
  void after(Clock::duration time, void (Loop::*step)());
  void end_all();
  void close_all();
  void finish_if_empty();

  asio::io_context context_{1};
  asio::executor_work_guard<Executor> work_;
  Timer timer_;
  std::set<Connection*> connections_;
  bool draining_ = false;
  bool ending_ = false;
};

}  // namespace pcai::http

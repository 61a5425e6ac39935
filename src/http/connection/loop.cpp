#include "http/connection/loop.h"

#include <boost/asio/post.hpp>

namespace pcai::http {
namespace {

// What connections have for their last words once their grace is over.
constexpr std::chrono::milliseconds kEnding{500};

}  // namespace

Loop::Loop() : work_(context_.get_executor()), timer_(context_.get_executor()) {}

void Loop::stop(std::chrono::milliseconds grace) {
  asio::post(context_, [this, grace] { drain(grace); });
}

void Loop::add(Connection& connection) {
  connections_.insert(&connection);
  if (draining_) connection.drain();
  if (ending_) connection.end();
}

void Loop::remove(Connection& connection) {
  connections_.erase(&connection);
  finish_if_empty();
}

void Loop::drain(std::chrono::milliseconds grace) {
  draining_ = true;
  work_.reset();
  for (Connection* connection : connections_) connection->drain();
  if (grace.count() > 0) {
    after(grace, &Loop::end_all);
  } else {
    end_all();
  }
  finish_if_empty();
}

void Loop::after(Clock::duration time, void (Loop::*step)()) {
  timer_.expires_after(time);
  timer_.async_wait([this, step](error_code cancelled) {
    if (!cancelled) (this->*step)();
  });
}

void Loop::end_all() {
  ending_ = true;
  for (Connection* connection : connections_) connection->end();
  after(kEnding, &Loop::close_all);
}

void Loop::close_all() {
  for (Connection* connection : connections_) connection->close();
}

void Loop::finish_if_empty() {
  if (draining_ && connections_.empty()) timer_.cancel();
}

}  // namespace pcai::http

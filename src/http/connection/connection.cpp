#include "http/connection/connection.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <sstream>

namespace pcai::http {
namespace {

constexpr std::size_t kReadSize = 4096;
constexpr std::size_t kMaxPipelined = 64U << 10;
constexpr std::size_t kMaxDiscarded = 64U << 20;
constexpr std::chrono::seconds kGentleClose{2};

std::string remote_of(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  if (error) return "-";
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

bool is_from_this_machine(const Socket& socket) {
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return false;
  const auto local = socket.local_endpoint(error);
  if (error) return false;
  const asio::ip::address address = remote.address();
  const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  const bool is_loopback =
      is_mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback()
                : address.is_loopback();
  return is_loopback || address == local.address();
}

}  // namespace

Connection::Connection(Socket socket, const HttpOptions& options)
    : socket_(std::move(socket)),
      deadline_timer_(socket_.get_executor()),
      wake_timer_(socket_.get_executor()),
      remote_(remote_of(socket_)),
      from_this_machine_(is_from_this_machine(socket_)),
      write_timeout_(options.write_timeout) {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

std::string_view Connection::input() const noexcept {
  const auto data = input_.data();
  return {static_cast<const char*>(data.data()), data.size()};
}

void Connection::consume(std::size_t bytes) {
  input_.consume(bytes);
  // Thousands of connections wait without a byte: they hold no buffer.
  if (input_.size() == 0) input_.shrink_to_fit();
}

Task<Connection::Fill> Connection::fill(std::size_t at_most) {
  for (;;) {
    if (gone_) co_return Fill::Gone;
    if (expired_) co_return Fill::TimedOut;
    error_code error;
    co_await socket_.async_wait(Socket::wait_read, await_into(error));
    if (gone_) co_return Fill::Gone;
    if (expired_) co_return Fill::TimedOut;
    if (!error) {
      const std::size_t n = socket_.read_some(input_.prepare(at_most), error);
      input_.commit(n);
      if (n > 0) co_return Fill::Ok;
      if (input_.size() == 0) input_.shrink_to_fit();
    }
    if (error && error != asio::error::would_block) {
      close();
      co_return Fill::Gone;
    }
  }
}

Task<bool> Connection::send(std::string_view bytes) {
  while (!bytes.empty() && !gone_) {
    error_code error;
    bytes.remove_prefix(socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error));
    if (error == asio::error::would_block) {
      set_deadline(write_timeout_);
      co_await socket_.async_wait(Socket::wait_write, await_into(error));
      clear_deadline();
    }
    if (error) close();
  }
  co_return !gone_;
}

void Connection::watch() {
  socket_.async_wait(Socket::wait_read,
                     [self = shared_from_this(), watch = watch_](error_code error) {
                       if (watch != self->watch_ || error == asio::error::operation_aborted) return;
                       if (error) return self->close();
                       self->on_readable();
                     });
}

void Connection::on_readable() {
  error_code error;
  const std::size_t n = socket_.read_some(input_.prepare(kReadSize), error);
  input_.commit(n);
  if (error && error != asio::error::would_block) return close();
  if (input_.size() < kMaxPipelined) watch();
}

void Connection::unwatch() {
  if (watch_ % 2 == 0) return;
  ++watch_;
  error_code ignored;
  socket_.cancel(ignored);
}

Task<void> Connection::wait_until(Clock::time_point time) {
  if (watch_ % 2 == 0 && !gone_) {
    ++watch_;
    watch();
  }
  if (!woken_ && !gone_) {
    error_code cancelled;
    wake_timer_.expires_at(time);
    co_await wake_timer_.async_wait(await_into(cancelled));
  }
  woken_ = false;
}

void Connection::wake() {
  woken_ = true;
  wake_timer_.cancel();
}

std::function<void()> Connection::waker() {
  return [self = shared_from_this()] {
    if (self->wake_posted_.exchange(true)) return;
    asio::post(self->socket_.get_executor(), [self] {
      self->wake_posted_ = false;
      self->wake();
    });
  };
}

void Connection::set_deadline(Clock::duration from_now) {
  expired_ = false;
  deadline_ = Clock::now() + from_now;
  if (deadline_ < armed_for_) arm(deadline_);
}

void Connection::clear_deadline() {
  expired_ = false;
  deadline_ = Clock::time_point::max();
}

// Moving a deadline away costs nothing: the timer fires at the old time and goes on to the new one.
void Connection::arm(Clock::time_point time) {
  armed_for_ = time;
  deadline_timer_.expires_at(time);
  deadline_timer_.async_wait([self = shared_from_this(), time](error_code error) {
    if (error || self->gone_ || time != self->armed_for_) return;
    self->armed_for_ = Clock::time_point::max();
    if (self->deadline_ == Clock::time_point::max()) return;
    if (Clock::now() < self->deadline_) return self->arm(self->deadline_);
    self->expired_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
  });
}

Task<bool> Connection::wait_for_request(Clock::duration time) {
  if (!input().empty()) co_return true;
  if (draining_) co_return false;
  set_deadline(time);
  idle_ = true;
  const Fill filled = co_await fill(kReadSize);
  idle_ = false;
  clear_deadline();
  co_return filled == Fill::Ok;
}

void Connection::drain() {
  draining_ = true;
  if (idle_) close();
}

void Connection::end() {
  ending_ = true;
  wake();
}

void Connection::close() {
  gone_ = true;
  error_code ignored;
  socket_.close(ignored);
  deadline_timer_.cancel();
  wake();
}

Task<void> Connection::close_gently() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  set_deadline(kGentleClose);
  std::size_t discarded = 0;
  while (discarded < kMaxDiscarded) {
    consume(input().size());
    if (co_await fill(64U << 10) != Fill::Ok) break;
    discarded += input().size();
  }
  close();
}

}  // namespace pcai::http

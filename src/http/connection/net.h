#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

// Asio's types, over the one executor that this room uses: a loop's io_context, which one thread
// runs.
//
// GCC 12 miscompiles two things in coroutines, so this room must not write them: a temporary made
// with braces inside a co_await expression (it is destroyed twice), and a co_await behind && or ||
// in a loop's condition (it is always evaluated).
namespace pcai::http {

namespace asio = boost::asio;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

using Executor = asio::io_context::executor_type;
using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

template <class T>
using Task = asio::awaitable<T, Executor>;

/// The completion token of a coroutine that receives its error as a value.
inline auto await_into(error_code& error) {
  return asio::redirect_error(asio::use_awaitable_t<Executor>{}, error);
}

}  // namespace pcai::http

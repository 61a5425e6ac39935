#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <type_traits>
#include <utility>

#include "http/connection/net.h"

namespace pcai::http {

/// Runs on a pool's thread what would hold up the streams of this one, and waits for its result.
template <class Work>
Task<std::invoke_result_t<Work&>> elsewhere(asio::thread_pool& pool, Work work) {
  using Value = std::invoke_result_t<Work&>;
  using Pool = asio::thread_pool::executor_type;
  auto there = [&work]() -> asio::awaitable<Value, Pool> { co_return work(); };
  co_return co_await asio::co_spawn(pool, there, asio::use_awaitable_t<Executor>{});
}

}  // namespace pcai::http

#pragma once

#include <boost/asio/co_spawn.hpp>
#include <memory>
#include <utility>

#include "engine/requests/inquiry.h"
#include "http/connection/exchange.h"

namespace pcai::http {

/// Waits for an inquiry's answer without blocking the thread. Cancels the inquiry if the client
/// leaves or the server ends.
template <class T>
Task<Result<T>> answer_of(Exchange& exchange, Result<std::unique_ptr<engine::Inquiry<T>>> inquiry) {
  if (!inquiry) co_return pcai::fail(std::move(inquiry.error()));
  (*inquiry)->on_ready(exchange.waker());
  while (!exchange.gone() && !exchange.ending()) {
    if (auto answer = (*inquiry)->take(std::chrono::milliseconds(0))) {
      co_return std::move(*answer);
    }
    co_await exchange.wait_until(Clock::time_point::max());
  }
  if (exchange.gone()) co_return pcai::fail(ErrorCode::Cancelled, "the client disconnected");
  co_return pcai::fail(ErrorCode::Draining, "the server is shutting down");
}

/// Runs on another thread what would delay this thread's streams, such as writing a large body.
template <class Work>
Task<std::string> write_elsewhere(Exchange& exchange, Work work) {
  using Pool = asio::thread_pool::executor_type;
  auto elsewhere = [&work]() -> asio::awaitable<std::string, Pool> { co_return work(); };
  co_return co_await asio::co_spawn(exchange.server().parsers, elsewhere,
                                    asio::use_awaitable_t<Executor>{});
}

/// The model's id as the client sees it: the one that it used, or the default model's.
inline std::string model_name(const engine::Engine& engine, const std::string& asked) {
  if (!asked.empty()) return asked;
  const auto model = engine.model("");
  return model ? model->id : std::string();
}

}  // namespace pcai::http

#pragma once

#include <boost/asio/co_spawn.hpp>
#include <string>
#include <string_view>

#include "core/result.h"
#include "http/exchange.h"

namespace pcai {

/// Parses the request's body and frees it. A large one is parsed on another thread, so that it
/// holds up no stream of this one.
template <class Value>
Task<Result<Value>> parse_body(Exchange& exchange, Result<Value> (*parse)(std::string_view)) {
  constexpr std::size_t kLargeBody = 1U << 20;
  const std::string body = std::move(exchange.request.body);
  exchange.request = {};
  if (body.size() < kLargeBody) co_return parse(body);
  using Pool = asio::thread_pool::executor_type;
  auto elsewhere = [&body, parse]() -> asio::awaitable<Result<Value>, Pool> {
    co_return parse(body);
  };
  co_return co_await asio::co_spawn(exchange.server().parsers, elsewhere,
                                    asio::use_awaitable_t<Executor>{});
}

}  // namespace pcai

#pragma once

#include <boost/asio/co_spawn.hpp>
#include <string>
#include <string_view>

#include "core/result.h"
#include "http/exchange.h"
#include "http/media_links.h"

namespace pcai {

/// Parses text, a large one on another thread, so that it holds up no stream of this one.
template <class Value>
Task<Result<Value>> parse_text(Exchange& exchange, Result<Value> (*parse)(std::string_view)) {
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

/// Parses the request's body and frees it. Pictures that it links to are fetched.
template <class Value>
Task<Result<Value>> parse_body(Exchange& exchange, Result<Value> (*parse)(std::string_view)) {
  auto value = co_await parse_text(exchange, parse);
  if constexpr (requires { value->generate; }) {
    if (!value) co_return value;
    Status fetched = co_await fetch_media(exchange, value->generate);
    if (!fetched) co_return pcai::fail(std::move(fetched.error()));
  }
  co_return value;
}

}  // namespace pcai

#pragma once

#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "core/parameters/defaults.h"
#include "core/result.h"
#include "http/connection/exchange.h"
#include "http/media/media_links.h"

namespace pcai::http {

/// Parses text, a large one on another thread, so that it holds up no stream of this one.
template <class Value>
Task<Result<Value>> parse_text(Exchange& exchange,
                               std::function<Result<Value>(std::string_view)> parse) {
  constexpr std::size_t kLargeBody = 1U << 20;
  const std::string body = std::move(exchange.request.body);
  exchange.request = {};
  if (body.size() < kLargeBody) co_return parse(body);
  using Pool = asio::thread_pool::executor_type;
  auto elsewhere = [&body, &parse]() -> asio::awaitable<Result<Value>, Pool> {
    co_return parse(body);
  };
  co_return co_await asio::co_spawn(exchange.server().parsers, elsewhere,
                                    asio::use_awaitable_t<Executor>{});
}

/// The same, and pictures that the request links to are fetched.
template <class Value>
Task<Result<Value>> parse_and_fetch(Exchange& exchange,
                                    std::function<Result<Value>(std::string_view)> parse) {
  auto value = co_await parse_text(exchange, std::move(parse));
  if (!value) co_return value;
  if constexpr (requires { value->warnings; }) {
    Status told = exchange.tell(value->warnings);
    if (!told) co_return pcai::fail(std::move(told.error()));
  }
  exchange.places.emplace();
  if constexpr (requires { value->places; }) exchange.places = std::move(value->places);
  if constexpr (requires { value->generate; }) {
    Status fetched = co_await fetch_media(exchange, value->generate);
    if (!fetched) co_return pcai::fail(std::move(fetched.error()));
  }
  co_return value;
}

/// A whole answer that tells what there is to tell of its request, for bodies without a place for
/// that.
inline HttpResponse told(const Exchange& exchange, std::string object) {
  return json_response(api::with_warnings(std::move(object), exchange.warnings));
}

/// Parses the request's body and frees it.
template <class Value>
Task<Result<Value>> parse_body(Exchange& exchange, Result<Value> (*parse)(std::string_view)) {
  return parse_and_fetch<Value>(exchange, parse);
}

/// Which model a name means to the engine, in an API with rules of its own.
using ModelName = std::string (*)(const engine::Engine& engine, std::string name);

/// The same for a request that the model's defaults complete.
template <class Value>
Task<Result<Value>> parse_body(Exchange& exchange,
                               Result<Value> (*parse)(std::string_view, const DefaultsOf&),
                               ModelName known = nullptr) {
  return parse_and_fetch<Value>(
      exchange, [&engine = exchange.engine(), parse, known](std::string_view body) {
        return parse(body, [&engine, known](std::string_view name) {
          return engine.defaults(known ? known(engine, std::string(name)) : std::string(name));
        });
      });
}

}  // namespace pcai::http

#include "http/connection/session.h"

#include <spdlog/spdlog.h>

namespace pcai::http {
namespace {

// Slows down who guesses keys; one connection cannot try two at once.
constexpr std::chrono::milliseconds kWrongKeyDelay{100};
constexpr int kMaxWrongKeyDelays = 10;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

constexpr std::size_t kHeadReadSize = 4U << 10;
constexpr std::size_t kBodyReadSize = 64U << 10;
constexpr std::size_t kPieceSize = 1U << 20;

}  // namespace

Task<void> Session::run() {
  Next next = Next::Request;
  Clock::duration patience = server_.options.header_timeout;
  while (next == Next::Request) {
    const bool there = co_await connection_->wait_for_request(patience);
    if (!there) break;
    next = co_await serve_request();
    patience = server_.options.keep_alive_timeout;
  }
  if (next == Next::CloseGently) co_await connection_->close_gently();
  connection_->close();
}

Task<Session::Next> Session::serve_request() {
  Exchange exchange(*connection_, server_);
  auto reader = std::make_unique<RequestReader>(server_.options.max_header_bytes);
  const Route* route = co_await receive(exchange, *reader);
  if (route != nullptr && route->max_body_bytes > 0) {
    exchange.read_piece = [this, &exchange, &reader](std::string& piece) {
      return read_piece(exchange, *reader, piece);
    };
  } else {
    reader.reset();  // a stream may live for long
  }
  if (route != nullptr) {
    bool broken = false;
    try {
      co_await route->handler(exchange);
    } catch (const std::exception& error) {
      spdlog::error("{} {}: {}", route->pattern.method, route->pattern.path, error.what());
      broken = true;
    }
    connection_->unwatch();
    if (broken && !exchange.started()) {
      co_await exchange.fail(ErrorCode::Internal, "the server failed on this request");
    }
  }
  if (!exchange.complete()) co_return Next::Close;
  const bool has_read_all = route != nullptr && (!reader || reader->done());
  if (!exchange.keep_alive) co_return has_read_all ? Next::Close : Next::CloseGently;
  co_return Next::Request;
}

Task<const Route*> Session::receive(Exchange& exchange, RequestReader& reader) {
  connection_->set_deadline(server_.options.header_timeout);
  if (!co_await read(exchange, reader, &RequestReader::head_done)) co_return nullptr;
  connection_->clear_deadline();

  exchange.begin(reader.take_head());
  exchange.request.from_this_machine = connection_->from_this_machine();
  if (reader.refusal()) {
    co_await exchange.reply(*reader.refusal());
    co_return nullptr;
  }
  if (refused_) {
    HttpResponse answer = error_response(Error{ErrorCode::Overloaded, "too many connections"});
    answer.status = 503;
    co_await exchange.reply(std::move(answer));
    co_return nullptr;
  }
  RouteMatch match = server_.router.match(exchange.request.method, exchange.request.target);
  const Route* route = match.route ? &routes()[*match.route] : nullptr;
  exchange.dialect = route != nullptr ? route->dialect : &dialect_of(exchange.request.target);
  const std::uint64_t in_pieces = route != nullptr ? route->max_body_bytes : 0;
  Verdict verdict =
      server_.guard.check(exchange.request, match, route != nullptr && route->open, in_pieces);
  if (verdict.answer) {
    if (verdict.answer->status == 401) {
      failed_keys_ = std::min(failed_keys_ + 1, kMaxWrongKeyDelays);
      co_await connection_->wait_until(Clock::now() + failed_keys_ * kWrongKeyDelay);
      connection_->unwatch();
    }
    // Behind a body that was not read, or a request that may mean two things, nothing is sure.
    exchange.keep_alive = exchange.request.keep_alive && !exchange.request.has_body() &&
                          verdict.answer->status != 400;
    co_await exchange.reply(std::move(*verdict.answer));
    co_return nullptr;
  }

  const bool more = !reader.done();
  if (more) {
    const bool asked = !exchange.request.header("Expect").empty() && connection_->input().empty();
    if (asked) co_await connection_->send(kContinue);
    reader.expect_body(in_pieces > 0 ? in_pieces : server_.options.max_body_bytes);
  }
  if (more && in_pieces == 0) {
    connection_->set_deadline(server_.options.body_timeout);
    if (!co_await read(exchange, reader, &RequestReader::done)) co_return nullptr;
    connection_->clear_deadline();
  }
  if (in_pieces == 0) exchange.request.body = reader.take_body();
  // Behind a body that its route did not read, nothing is sure.
  exchange.keep_alive = exchange.request.keep_alive && reader.done();
  exchange.parameter = std::move(match.parameter);
  exchange.cache_scope = std::move(verdict.cache_scope);
  co_return route;
}

Task<bool> Session::read(Exchange& exchange, RequestReader& reader,
                         bool (RequestReader::*done)() const) {
  const bool body = reader.head_done();
  for (;;) {
    connection_->consume(reader.put(connection_->input()));
    if (reader.refusal()) {
      co_await exchange.reply(*reader.refusal());
      co_return false;
    }
    if ((reader.*done)()) co_return true;
    switch (co_await connection_->fill(body ? kBodyReadSize : kHeadReadSize)) {
      case Connection::Fill::Ok: break;
      case Connection::Fill::Gone: co_return false;
      case Connection::Fill::TimedOut:
        co_await exchange.reply(error_response(408, "the request did not arrive in time"));
        co_return false;
    }
    if (body) connection_->set_deadline(server_.options.body_timeout);
  }
}

Task<bool> Session::read_piece(Exchange& exchange, RequestReader& reader, std::string& piece) {
  connection_->unwatch();
  connection_->set_deadline(server_.options.body_timeout);
  while (!reader.done() && reader.body_bytes() < kPieceSize) {
    connection_->consume(reader.put(connection_->input()));
    if (reader.refusal()) {
      co_await exchange.reply(*reader.refusal());
      co_return false;
    }
    if (reader.done()) break;
    const Connection::Fill filled = co_await connection_->fill(kBodyReadSize);
    if (filled == Connection::Fill::Gone) co_return false;
    if (filled == Connection::Fill::TimedOut) {
      co_await exchange.reply(error_response(408, "the request did not arrive in time"));
      co_return false;
    }
    connection_->set_deadline(server_.options.body_timeout);
  }
  connection_->clear_deadline();
  piece = reader.take_body();
  if (reader.done()) exchange.keep_alive = exchange.request.keep_alive;
  co_return true;
}

}  // namespace pcai::http

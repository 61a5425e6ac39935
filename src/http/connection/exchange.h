#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/warnings.h"
#include "core/event.h"
#include "http/connection/connection.h"
#include "http/connection/message.h"
#include "http/connection/response_head.h"
#include "http/connection/server_state.h"
#include "openai/dialects.h"

namespace pcai::http {

/// One request and its answer, as a route sees them. A route answers once: with reply() or fail(),
/// or with open_stream(), any number of send() and close_stream(). Lives on its connection's
/// thread.
class Exchange {
 public:
  Exchange(Connection& connection, ServerState& server);

  /// Counts the answer and writes the trace line.
  ~Exchange();

  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Set before the route runs. A route that answers for long should free the request.
  HttpRequest request;
  std::string parameter;    // what "{id}" of the route's path matched
  std::string cache_scope;  // prefixes are shared only between requests of the same scope
  bool keep_alive = false;  // another request may follow on this connection
  const api::Dialect* dialect = &openai::kPlainDialect;

  /// What the answer tells of the request. A header and the log tell it, too.
  api::Warnings warnings;

  /// Takes those of a body that was parsed. Fails if it has unknown fields and the server is
  /// strict.
  Status tell(const api::Warnings& of_request);
  /// For a route that takes its body in pieces: reads the next one, which is empty at the end.
  /// False: the client was answered, or has left.
  std::function<Task<bool>(std::string& piece)> read_piece = {};

  /// Set once the body is parsed: from then on what fails is the core's, and speaks its words.
  std::optional<api::Places> places = {};

  /// Takes a request's head and notes what the answer and the trace need of it.
  void begin(HttpRequest head);

  ServerState& server() noexcept { return server_; }
  engine::Engine& engine() noexcept { return server_.engine; }

  Task<void> reply(HttpResponse response);

  /// Replies with the error, in_our_words().
  Task<void> fail(const Error& error);
  Task<void> fail(ErrorCode code, std::string message);

  /// An error in the words of the route's API. `prompt`: what the client calls the prompt that
  /// failed, where it gave several; "" = as the API does.
  Error in_our_words(Error error, const std::string& prompt = {}) const;

  /// The model's warnings in the words of the route's API.
  Warned in_our_words(Warned warned) const;

  /// Sends the head of an answer whose length is not known. Returns false if the client left, as
  /// send() does.
  Task<bool> open_stream(std::string_view content_type);
  Task<bool> send(std::string_view bytes);
  Task<void> close_stream();

  /// Waits until waker()'s function was called, until `time`, or until the client leaves or the
  /// server ends.
  Task<void> wait_until(Clock::time_point time) { return connection_.wait_until(time); }
  std::function<void()> waker() { return connection_.waker(); }

  /// True if the client left and nobody will read the answer.
  bool gone() const noexcept { return connection_.gone(); }

  /// True if the server shuts down and the time for that is over: report it and return.
  bool ending() const noexcept { return connection_.ending(); }

  bool started() const noexcept { return status_ != 0; }
  bool complete() const noexcept { return complete_; }

 private:
  ResponseHead head(int status, std::string_view content_type);

  Connection& connection_;
  ServerState& server_;
  Clock::time_point begin_ = Clock::now();
  std::string id_;
  std::string client_id_;
  std::string method_ = "-";
  std::string path_ = "-";
  std::vector<HttpHeader> cors_headers_;
  bool http_1_0_ = false;
  int status_ = 0;  // 0 = nothing was sent
  std::uint64_t bytes_ = 0;
  bool complete_ = false;
};

}  // namespace pcai::http

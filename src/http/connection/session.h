#pragma once

#include <memory>

#include "http/connection/connection.h"
#include "http/connection/exchange.h"
#include "http/connection/request_reader.h"
#include "http/connection/server_state.h"
#include "http/routes/routes.h"

namespace pcai::http {

/// Serves one connection, request after request, until either side closes.
class Session {
 public:
  /// `refused`: there are too many connections, so the only answer is 503.
  Session(std::shared_ptr<Connection> connection, ServerState& server, bool refused)
      : connection_(std::move(connection)), server_(server), refused_(refused) {}

  Task<void> run();

 private:
  enum class Next { Request, Close, CloseGently };

  Task<Next> serve_request();

  /// Reads and checks a request; of one whose route takes the body in pieces only the head. Returns
  /// null if there is nothing to run: the request was refused and answered, or the client left.
  Task<const Route*> receive(Exchange& exchange, RequestReader& reader);

  /// Reads until the step is done. Otherwise returns false; then the client was answered, if it is
  /// still there.
  Task<bool> read(Exchange& exchange, RequestReader& reader, bool (RequestReader::*done)() const);

  /// As Exchange::read_piece.
  Task<bool> read_piece(Exchange& exchange, RequestReader& reader, std::string& piece);

  std::shared_ptr<Connection> connection_;
  ServerState& server_;
  bool refused_;
  int failed_keys_ = 0;
};

}  // namespace pcai::http

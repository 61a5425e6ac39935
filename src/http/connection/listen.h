#pragma once

#include <vector>

#include "core/result.h"
#include "http/connection/net.h"
#include "http/connection/server.h"

namespace pcai::http {

struct Listening {
  std::vector<Acceptor> acceptors;  // one for each address of the host, all on the same port
  bool loopback_only = true;
};

/// Checks every option; an error names it.
Status check(const HttpOptions& options);

/// Binds and listens. Fails with InvalidRequest, naming the address, when it is not to be had, or
/// is not loopback while there is no API key.
Result<Listening> listen(asio::io_context& context, const HttpOptions& options);

/// Lets the process open as many sockets as the system allows.
void raise_open_file_limit() noexcept;

}  // namespace pcai::http

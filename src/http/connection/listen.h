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

/// Checks all options. An error names the option.
Status check(const HttpOptions& options);

/// Binds and listens. Fails with InvalidRequest, which names the address, if the address is not
/// available, or is not loopback and there is no API key.
Result<Listening> listen(asio::io_context& context, const HttpOptions& options);

}  // namespace pcai::http

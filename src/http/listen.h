#pragma once

#include <vector>

#include "core/result.h"
#include "http/net.h"
#include "http/server.h"

namespace pcai {

struct Listening {
  std::vector<Acceptor> acceptors;  // one for each address of the host, all on the same port
  bool loopback_only = true;
};

/// Checks every option; an error names it.
Status check(const HttpOptions& options);

/// Binds and listens. Fails with InvalidRequest, naming the address, when it is not to be had, or
/// is not loopback while there is no API key.
Result<Listening> listen(asio::io_context& context, const HttpOptions& options);

}  // namespace pcai

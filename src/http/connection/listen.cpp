#include "http/connection/listen.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <set>
#include <sstream>

#include "http/connection/message.h"
#include "http/guard/cors.h"
#include "http/guard/host_check.h"
#include "http/media/media_fetch.h"
#include "platform/system.h"

namespace pcai::http {
namespace {

using asio::ip::tcp;

tl::unexpected<Error> bad(const char* option, std::string_view why) {
  return fail(ErrorCode::InvalidRequest, fmt::format("{} {}", option, why), option);
}

bool is_key(const std::string& key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return c > 0x20 && static_cast<unsigned char>(c) < 0x7f;
  });
}

std::string text(const tcp::endpoint& endpoint) {
  std::ostringstream out;
  out << endpoint;
  return out.str();
}

/// The host's addresses, IPv4 first.
Result<std::vector<tcp::endpoint>> resolve(asio::io_context& context, const HttpOptions& options) {
  std::string host = options.host;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  error_code error;
  tcp::resolver resolver(context);
  const auto found =
      resolver.resolve(host, std::to_string(options.port),
                       tcp::resolver::passive | tcp::resolver::numeric_service, error);
  std::set<tcp::endpoint> endpoints;
  for (const auto& entry : found) endpoints.insert(entry.endpoint());
  if (error || endpoints.empty()) {
    return bad("host", fmt::format("'{}' is not an address of this machine: {}", options.host,
                                   error.message()));
  }
  return std::vector<tcp::endpoint>(endpoints.begin(), endpoints.end());
}

error_code open(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (error) return error;
  if (platform::own_system() !=
      platform::System::Windows) {  // there two servers could share a port
    acceptor.set_option(Acceptor::reuse_address(true), error);
  }
  if (endpoint.address().is_v6()) {
    const bool any = endpoint.address().is_unspecified();
    error_code ignored;
    acceptor.set_option(asio::ip::v6_only(!any), ignored);
  }
  acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  return error;
}

}  // namespace

Status check(const HttpOptions& options) {
  if (options.host.empty()) return bad("host", "is empty; 127.0.0.1 is the default");
  if (options.threads < 1 || options.threads > 64) return bad("threads", "must be 1 to 64");
  if (options.max_connections < 1) return bad("max_connections", "must be at least 1");
  for (const std::string& host : options.media_hosts) {
    if (Status status = check_media_host(host); !status) return status;
  }
  if (options.max_body_bytes < 1) return bad("max_body_bytes", "must be at least 1");
  if (options.max_header_bytes < 256 || options.max_header_bytes > (1U << 20)) {
    return bad("max_header_bytes", "must be 256 to 1048576");
  }
  const auto shortest =
      std::min({options.header_timeout, options.body_timeout, options.keep_alive_timeout,
                options.write_timeout, options.ping_interval});
  const auto longest =
      std::max({options.header_timeout, options.body_timeout, options.keep_alive_timeout,
                options.write_timeout, options.ping_interval});
  if (shortest.count() < 1 || longest > std::chrono::hours(24)) {
    return bad("header_timeout, body_timeout, keep_alive_timeout, write_timeout and ping_interval",
               "must be 1 ms to 24 h");
  }
  for (const std::string& key : options.api_keys) {
    if (!is_key(key)) return bad("api_keys", "has a key that is empty or not printable ASCII");
  }
  for (const std::string& origin : options.cors_origins) {
    if (!is_origin(origin)) {
      return bad("cors_origins", fmt::format("has '{}', which is not scheme://host[:port]; each "
                                             "origin must be listed, '*' is not allowed",
                                             origin));
    }
  }
  for (const std::string& host : options.allowed_hosts) {
    if (host.empty() || host_without_port(host) != host) {
      return bad("allowed_hosts",
                 fmt::format("has '{}', which is not a host name without a port", host));
    }
  }
  return {};
}

Result<Listening> listen(asio::io_context& context, const HttpOptions& options) {
  auto endpoints = resolve(context, options);
  if (!endpoints) return fail(std::move(endpoints.error()));
  Listening listening;
  listening.loopback_only =
      std::all_of(endpoints->begin(), endpoints->end(),
                  [](const tcp::endpoint& endpoint) { return endpoint.address().is_loopback(); });
  if (!listening.loopback_only && options.api_keys.empty()) {
    return bad("host", fmt::format("'{}' can be reached from other machines, which needs an API "
                                   "key; set one, or listen on 127.0.0.1",
                                   options.host));
  }
  error_code last;
  for (tcp::endpoint endpoint : *endpoints) {
    if (endpoint.port() == 0 && !listening.acceptors.empty()) {
      endpoint.port(listening.acceptors.front().local_endpoint().port());
    }
    Acceptor acceptor(context);
    const error_code error = open(acceptor, endpoint);
    if (error == asio::error::address_in_use || error == asio::error::access_denied) {
      return bad("port", fmt::format("{} cannot be used ({}); choose another with --port",
                                     text(endpoint), error.message()));
    }
    // A name may have an address that this machine does not: IPv6 is often switched off.
    if (error) {
      last = error;
    } else {
      listening.acceptors.push_back(std::move(acceptor));
    }
  }
  if (listening.acceptors.empty()) {
    return bad("host", fmt::format("cannot listen on '{}': {}", options.host, last.message()));
  }
  return listening;
}

}  // namespace pcai::http

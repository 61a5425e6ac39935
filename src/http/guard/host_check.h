#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pcai::http {

/// Decides which Host names a request may carry, so that a web page that rebinds its own name to a
/// loopback address gets nothing. Immutable; any thread may call it.
class HostCheck {
 public:
  /// `loopback_only`: the server listens only on loopback addresses. Otherwise any IP address is
  /// allowed, too, because rebinding needs a name.
  HostCheck(std::string bind_host, bool loopback_only, std::vector<std::string> allowed_hosts);

  /// `host` is a Host header, with or without a port.
  bool allows(std::string_view host) const;

 private:
  std::vector<std::string> names_;
  bool any_address_;
};

/// True for a name that containers have for the machine they run on ("host.docker.internal"), with
/// or without a port.
bool is_container_host(std::string_view host) noexcept;

/// "[::1]:8080" -> "[::1]", "localhost:8080" -> "localhost"; "" if it is not host[:port].
std::string_view host_without_port(std::string_view host) noexcept;

}  // namespace pcai::http

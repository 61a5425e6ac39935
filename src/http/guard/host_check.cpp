#include "http/guard/host_check.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

#include "http/connection/message.h"

namespace pcai::http {
namespace {

bool is_address(std::string_view name) {
  const bool v6 = name.starts_with('[') && name.ends_with(']');
  if (v6) name = name.substr(1, name.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(name), error);
  return !error && address.is_v6() == v6;
}

// Docker's and Podman's.
constexpr std::array<std::string_view, 3> kContainerHosts = {
    "host.docker.internal", "gateway.docker.internal", "host.containers.internal"};

}  // namespace

bool is_container_host(std::string_view host) noexcept {
  const std::string_view name = host_without_port(host);
  return std::any_of(kContainerHosts.begin(), kContainerHosts.end(),
                     [name](std::string_view known) { return equals_ignoring_case(known, name); });
}

std::string_view host_without_port(std::string_view host) noexcept {
  const std::size_t end = host.starts_with('[') ? host.find(']') : host.find(':');
  std::string_view name = host;
  std::string_view rest;
  if (host.starts_with('[')) {
    if (end == std::string_view::npos) return {};
    name = host.substr(0, end + 1);
    rest = host.substr(end + 1);
  } else if (end != std::string_view::npos) {
    name = host.substr(0, end);
    rest = host.substr(end);
  }
  if (rest.empty()) return name;
  rest.remove_prefix(1);
  const bool port = host[name.size()] == ':' && !rest.empty() && rest.size() <= 5 &&
                    rest.find_first_not_of("0123456789") == std::string_view::npos;
  return port ? name : std::string_view{};
}

HostCheck::HostCheck(std::string bind_host, bool loopback_only,
                     std::vector<std::string> allowed_hosts)
    : names_(std::move(allowed_hosts)), any_address_(!loopback_only) {
  names_.insert(names_.end(), {"localhost", "127.0.0.1", "[::1]"});
  const bool bare_v6 = bind_host.find(':') != std::string::npos && !bind_host.starts_with('[');
  names_.push_back(bare_v6 ? "[" + bind_host + "]" : bind_host);
}

bool HostCheck::allows(std::string_view host) const {
  const std::string_view name = host_without_port(host);
  if (name.empty()) return false;
  const bool listed = std::any_of(names_.begin(), names_.end(), [&](const std::string& known) {
    return equals_ignoring_case(known, name);
  });
  return listed || (any_address_ && is_address(name));
}

}  // namespace pcai::http

#include "platform/network.h"

#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <memory>

#include "platform/posix/descriptor.h"

namespace pcai::platform {

bool is_port_free(const std::string& host, std::uint16_t port) {
  const addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const Handle socket(open_socket(found->ai_family, found->ai_socktype, found->ai_protocol));
  if (!socket) return false;
  const int yes = 1;
  ::setsockopt(descriptor(socket), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  return ::bind(descriptor(socket), found->ai_addr, found->ai_addrlen) == 0;
}

std::intptr_t open_socket(int family, int type, int protocol) noexcept {
  return ::socket(family, type | SOCK_CLOEXEC, protocol);
}

void raise_open_file_limit() noexcept {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
  }
}

}  // namespace pcai::platform

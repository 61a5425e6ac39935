#pragma once

#include <cstdint>
#include <string>

namespace pcai::platform {

/// True if this machine has that address and nobody listens on the port there.
bool is_port_free(const std::string& host, std::uint16_t port);

/// A socket that no child process inherits, in the system's own type and for its own functions; -1
/// on a failure. The arguments are those of socket().
std::intptr_t open_socket(int family, int type, int protocol) noexcept;

/// Lets this process have as many open files and connections as it may.
void raise_open_file_limit() noexcept;

}  // namespace pcai::platform

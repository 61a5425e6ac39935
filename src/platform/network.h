#pragma once

#include <cstdint>
#include <string>

namespace pcai::platform {

/// True if this machine has that address and nobody listens on the port there.
bool is_port_free(const std::string& host, std::uint16_t port);

/// socket() for libraries that want one, with the same arguments. No child process inherits it. The
/// system's own type, widened; -1 on a failure.
std::intptr_t open_socket(int family, int type, int protocol) noexcept;

/// Raises this process's limit of open files and connections as far as the system allows.
void raise_open_file_limit() noexcept;

}  // namespace pcai::platform

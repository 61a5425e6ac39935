#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pcai::platform {

/// Takes from this process, for good, what loading and running a model does not need: network
/// sockets, other processes' memory and signals, new privileges, being read by a debugger.
/// `memory_limit` bounds its address space; 0 = no bound. Call it before threads are started.
/// Returns what this system did not allow to be taken.
std::vector<std::string> harden_process(std::uint64_t memory_limit);

}  // namespace pcai::platform

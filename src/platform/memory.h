#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace pcai::platform {

/// Main memory in bytes, as far as this process may have it; 0 = the system does not say.
struct Memory {
  std::uint64_t total = 0;
  std::uint64_t free = 0;  // what can be had without swapping
};

/// Of the machine, or of the tightest limit that is set for this process (a control group's, a
/// container's, a job's).
Memory usable_memory();

/// Memory that begins at a large page, and is made of such where the system has them.
struct FreeLargePages {
  void operator()(std::byte* memory) const noexcept;
};
using LargePages = std::unique_ptr<std::byte, FreeLargePages>;

/// At least `size` bytes, not set to anything; null if they cannot be had.
LargePages allocate_large_pages(std::size_t size) noexcept;

/// Gives the whole pages among these bytes of a mapped file back to the system, which reads them
/// again for whoever looks there. Returns the bytes given back; 0 if the system cannot do it.
/// Other memory than a file's would come back as zeros.
std::size_t give_back(void* begin, std::size_t size) noexcept;

}  // namespace pcai::platform

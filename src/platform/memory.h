#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace pcai::platform {

/// Main memory that this process may use, in bytes; 0 = the system does not say.
struct Memory {
  std::uint64_t total = 0;
  std::uint64_t free = 0;  // available without swapping
};

/// The machine's memory, or less if a limit is set for this process (by a control group, a
/// container or a job).
Memory usable_memory();

/// Memory that begins at a large page, and consists of large pages if the system has them.
struct FreeLargePages {
  void operator()(std::byte* memory) const noexcept;
};
using LargePages = std::unique_ptr<std::byte, FreeLargePages>;

/// At least `size` bytes, not initialised; null if they cannot be allocated.
LargePages allocate_large_pages(std::size_t size) noexcept;

/// Gives the whole pages among these bytes of a mapped file back to the system, which reads them
/// again at the next access. Returns how many bytes; 0 if the system cannot do it. Use it for
/// mapped files only: other memory would come back as zeros.
std::size_t give_back(void* begin, std::size_t size) noexcept;

}  // namespace pcai::platform

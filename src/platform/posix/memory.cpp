#include "platform/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "platform/posix/machine_share.h"

namespace pcai::platform {

Memory usable_memory() {
  return MachineShare().memory();
}

void FreeLargePages::operator()(std::byte* memory) const noexcept {
  std::free(memory);
}

LargePages allocate_large_pages(std::size_t size) noexcept {
  constexpr std::size_t kLargePage = std::size_t{2} << 20;
  const std::size_t whole = (size + kLargePage - 1) / kLargePage * kLargePage;
  LargePages pages(static_cast<std::byte*>(std::aligned_alloc(kLargePage, whole)));
#if defined(__linux__)
  if (pages) ::madvise(pages.get(), whole, MADV_HUGEPAGE);  // only faster; may fail
#endif
  return pages;
}

std::size_t give_back(void* begin, std::size_t size) noexcept {
#if defined(__linux__)
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto at = reinterpret_cast<std::uintptr_t>(begin);
  const std::uintptr_t first = (at + page - 1) / page * page;
  const std::uintptr_t end = (at + size) / page * page;
  if (end <= first) return 0;
  return ::madvise(reinterpret_cast<void*>(first), end - first, MADV_DONTNEED) == 0 ? end - first
                                                                                    : 0;
#else
  (void)begin;
  (void)size;
  return 0;
#endif
}

}  // namespace pcai::platform

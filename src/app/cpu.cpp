#include "app/cpu.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace pcai::app {

#if defined(__x86_64__)
namespace {

struct Registers {
  std::uint32_t eax = 0;
  std::uint32_t ebx = 0;
  std::uint32_t ecx = 0;
  std::uint32_t edx = 0;
};

Registers cpuid(std::uint32_t leaf, std::uint32_t subleaf) {
  Registers r;
  __get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx);
  return r;
}

/// The register sets that the operating system saves on a switch (XCR0).
std::uint64_t saved_registers() {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<std::uint64_t>(high) << 32) | low;
}

bool bit(std::uint32_t word, unsigned position) {
  return ((word >> position) & 1U) != 0;
}

bool all(std::uint64_t word, std::uint64_t mask) {
  return (word & mask) == mask;
}

}  // namespace

std::vector<CpuFeature> cpu_features() {
  constexpr unsigned kOsSavesRegisters = 27;
  constexpr std::uint64_t kAvxState = 0x6;
  constexpr std::uint64_t kAvx512State = 0xE6;
  constexpr std::uint64_t kTileState = 0x60000;

  const Registers basic = cpuid(1, 0);
  const Registers extended = cpuid(7, 0);
  const Registers more = cpuid(7, 1);
  const std::uint64_t saved = bit(basic.ecx, kOsSavesRegisters) ? saved_registers() : 0;
  const bool avx = all(saved, kAvxState);
  const bool avx512 = all(saved, kAvx512State);
  const bool tiles = all(saved, kTileState);
  return {
      {"sse4.2", bit(basic.ecx, 20)},
      {"avx", avx && bit(basic.ecx, 28)},
      {"f16c", avx && bit(basic.ecx, 29)},
      {"fma", avx && bit(basic.ecx, 12)},
      {"avx2", avx && bit(extended.ebx, 5)},
      {"avxvnni", avx && bit(more.eax, 4)},
      {"avx512f", avx512 && bit(extended.ebx, 16)},
      {"avx512bw", avx512 && bit(extended.ebx, 30)},
      {"avx512vl", avx512 && bit(extended.ebx, 31)},
      {"avx512vbmi", avx512 && bit(extended.ecx, 1)},
      {"avx512vnni", avx512 && bit(extended.ecx, 11)},
      {"avx512bf16", avx512 && bit(more.eax, 5)},
      {"avx512fp16", avx512 && bit(extended.edx, 23)},
      {"amx-tile", tiles && bit(extended.edx, 24)},
      {"amx-int8", tiles && bit(extended.edx, 25)},
      {"amx-bf16", tiles && bit(extended.edx, 22)},
  };
}

#else

std::vector<CpuFeature> cpu_features() {
  return {};
}

#endif

}  // namespace pcai::app

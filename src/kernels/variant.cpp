#include "kernels/variant.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace pcai::kernels {
namespace {

#if defined(__x86_64__)
// The compiler's builtin also asks whether the operating system saves the registers.
bool has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

bool has_f16c() {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

bool has_avx_vnni() {
  constexpr unsigned kAvxVnni = 1U << 4;
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & kAvxVnni) != 0;
}

bool has_avx512() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vnni");
}
#endif

std::vector<Variant> find_variants() {
  std::vector<Variant> variants;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!has_avx2() || !has_f16c()) return variants;
  if (has_avx512())
    variants.push_back(
        {"avx512-vnni", pack_tile_avx512, multiply_avx512, attend_avx512, gate_avx512});
  if (has_avx_vnni())
    variants.push_back({"avx-vnni", pack_tile_avx2, multiply_avx_vnni, attend_avx2, gate_avx2});
  variants.push_back({"avx2", pack_tile_avx2, multiply_avx2, attend_avx2, gate_avx2});
#endif
  return variants;
}

}  // namespace

const std::vector<Variant>& usable_variants() {
  static const std::vector<Variant> variants = find_variants();
  return variants;
}

}  // namespace pcai::kernels

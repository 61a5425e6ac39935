// What this processor can do and how much of it our matrix products use, on one thread: bytes a
// second of a plain read, int8 operations a second of the dot instruction alone, and for each
// format and number of tokens the product's share of the one that bounds it.
//   products [--rows N] [--columns N] [--rounds N] [--variant NAME]
#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "kernels/gemm.h"
#include "kernels/variant.h"

namespace pcai::bench::kernels {
namespace {

struct Free {
  void operator()(std::byte* memory) const { std::free(memory); }
};
using Memory = std::unique_ptr<std::byte, Free>;

Memory random_bytes(std::size_t size) {
  Memory memory(static_cast<std::byte*>(std::aligned_alloc(4096, (size + 4095) / 4096 * 4096)));
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    // Exponents of halfs stay small: infinities would make another product.
    const std::uint64_t word = random() & 0x3FFF3FFF3FFF3FFFU;
    __builtin_memcpy(memory.get() + i, &word, 8);
  }
  return memory;
}

template <class Work>
double least_seconds(int rounds, const Work& work) {
  double least = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    least = std::min(
        least, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return least;
}

double read_bandwidth(const std::byte* memory, std::size_t size, int rounds) {
  volatile std::uint64_t kept = 0;
  const double seconds = least_seconds(rounds, [&] {
    const auto* words = reinterpret_cast<const std::uint64_t*>(memory);
    std::uint64_t sums[8] = {};
    for (std::size_t i = 0; i + 8 <= size / 8; i += 8) {
      for (std::size_t j = 0; j < 8; ++j) sums[j] += words[i + j];
    }
    for (const std::uint64_t sum : sums) kept = kept + sum;
  });
  return static_cast<double>(size) / seconds;
}

/// Operations a second of vpdpbusd on registers; 0 where the processor has no AVX-512 VNNI.
__attribute__((target("avx512f,avx512vnni"))) double dot_peak() {
  if (!__builtin_cpu_supports("avx512vnni")) return 0;
  constexpr int kSteps = 4'000'000;
  constexpr int kChains = 12;
  __m512i sums[kChains];
  for (int i = 0; i < kChains; ++i) sums[i] = _mm512_set1_epi32(i);
  const double seconds = least_seconds(
      5, [&]() __attribute__((target("avx512f,avx512vnni"))) {
        const __m512i a = _mm512_set1_epi8(3);
        for (int step = 0; step < kSteps; ++step) {
#pragma GCC unroll 12
          for (int i = 0; i < kChains; ++i) sums[i] = _mm512_dpbusd_epi32(sums[i], a, a);
        }
        asm volatile("" ::"m"(sums));
      });
  return 128.0 * kChains * kSteps / seconds;
}

int run(int argc, char** argv) {
  std::size_t rows = 16384;
  std::size_t columns = 4096;
  int rounds = 15;
  std::string wanted;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const int value = std::max(1, std::atoi(argv[i + 1]));
    if (name == "--rows") rows = static_cast<std::size_t>(value);
    if (name == "--columns") columns = static_cast<std::size_t>(value) / 256 * 256;
    if (name == "--rounds") rounds = value;
    if (name == "--variant") wanted = argv[i + 1];
  }
  const std::vector<kernels::Variant>& variants = kernels::usable_variants();
  const auto chosen = std::find_if(
      variants.begin(), variants.end(),
      [&](const kernels::Variant& each) { return wanted.empty() || each.name == wanted; });
  if (chosen == variants.end()) {
    std::puts("this processor runs no such kernels of ours");
    return 1;
  }
  const kernels::Variant& variant = *chosen;
  constexpr std::size_t kTokens[] = {1, 4, 16, 128};
  const Memory panels =
      random_bytes(kernels::panels_bytes(kernels::BlockFormat::Q8_0, rows, columns) + 65536);
  std::vector<float> activations(128 * columns);
  std::mt19937 random(2);
  for (float& x : activations) x = static_cast<float>(random()) / 4e9F - 0.5F;
  std::vector<float> out(128 * rows);
  const Memory tiles(
      static_cast<std::byte*>(std::aligned_alloc(64, 8 * kernels::tile_bytes(columns))));
  const double peak = dot_peak();
  const double bandwidth = read_bandwidth(panels.get(), rows * columns, rounds);
  std::printf("%s, %zu x %zu; the dot alone %.0f GOP/s, a plain read %.1f GB/s\n",
              std::string(variant.name).c_str(), rows, columns, peak / 1e9, bandwidth / 1e9);
  std::printf("%-6s", "");
  for (const std::size_t tokens : kTokens) std::printf("  N=%-3zu GOP/s  peak   GB/s read", tokens);
  std::puts("");
  for (const kernels::BlockFormat format : kernels::kBlockFormats) {
    const kernels::PanelLayout layout = kernels::panel_layout(format);
    std::printf("%-6s", std::string(to_string(format)).c_str());
    for (const std::size_t tokens : kTokens) {
      const kernels::Multiply multiply{.layout = layout,
                                       .panels = panels.get(),
                                       .tiles = tiles.get(),
                                       .columns = columns,
                                       .rows = rows,
                                       .tokens = tokens,
                                       .out = out.data(),
                                       .stride = rows};
      const double seconds = least_seconds(std::max(3, tokens > 16 ? rounds / 5 : rounds), [&] {
        for (std::size_t tile = 0; tile < kernels::tile_count(tokens); ++tile) {
          variant.pack_tile(
              {.layout = layout,
               .tokens = activations.data() + tile * kernels::kTileColumns * columns,
               .stride = columns,
               .count = std::min(kernels::kTileColumns, tokens - tile * kernels::kTileColumns),
               .tile = tiles.get() + tile * kernels::tile_bytes(columns)},
              0, columns / kernels::kGroup);
        }
        variant.multiply(multiply, 0, kernels::panel_count(rows));
      });
      const double operations = 2.0 * static_cast<double>(rows * columns * tokens) / seconds;
      const double read =
          static_cast<double>(kernels::panels_bytes(format, rows, columns)) / seconds;
      std::printf("  %11.0f  %3.0f %%  %5.1f %3.0f %%", operations / 1e9, 100 * operations / peak,
                  read / 1e9, 100 * read / bandwidth);
    }
    std::puts("");
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace pcai::bench::kernels

int main(int argc, char** argv) {
  return pcai::kernels::run(argc, argv);
}

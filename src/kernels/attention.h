#pragma once

#include <cstddef>
#include <cstdint>

namespace pcai::kernels {

enum class CacheType : std::uint8_t { Half, BFloat };  // elements of keys and values

/// Rows of one call: a row is one head of one token.
inline constexpr std::size_t kMaxAttentionRows = 48;

/// Attention of some rows over the cells that any of them sees. A row's sums run over the cells it
/// sees, one after the other as they are listed: which others are listed, and who else is in the
/// call, does not change a bit of its result. All variants give the same bits.
struct Attention {
  const float* const* queries;  // one a row, `key_size` floats
  float* const* out;            // one a row, `value_size` floats
  std::size_t rows;
  const std::uint32_t* cells;
  const std::uint64_t* visible;  // for each listed cell: bit r where row r sees it
  std::size_t cell_count;
  const std::byte* keys;  // of cell 0, and the way to the next cell's
  std::size_t key_stride;
  const std::byte* values;
  std::size_t value_stride;
  CacheType type;
  std::size_t key_size;    // a multiple of 16
  std::size_t value_size;  // a multiple of 16
  float scale;
  float cap;           // scores are bent to stay below it; 0 = no cap
  const float* sinks;  // a score more in each row's sum, without a value; null = none
  std::byte* work;     // attention_work_bytes, at a multiple of 64
};
using AttentionFunction = void (*)(const Attention& task);

std::size_t attention_work_bytes(std::size_t rows, std::size_t cell_count, std::size_t key_size,
                                 std::size_t value_size) noexcept;

/// Sets bit i of `bits` where element i of a mask of halfs is not minus infinity. Clears the rest
/// of the last word.
void visible_bits(const std::uint16_t* mask, std::size_t count, std::uint64_t* bits) noexcept;

enum class Gate : std::uint8_t { Silu, Gelu };  // Gelu by its tanh formula

/// out[i] = gate(x[i]) * y[i]
using GateFunction = void (*)(Gate gate, const float* x, const float* y, float* out,
                              std::size_t count);

void attend_oracle(const Attention& task);
void gate_oracle(Gate gate, const float* x, const float* y, float* out, std::size_t count);

#if defined(__x86_64__)
void attend_avx2(const Attention& task);
void gate_avx2(Gate gate, const float* x, const float* y, float* out, std::size_t count);
void attend_avx512(const Attention& task);
void gate_avx512(Gate gate, const float* x, const float* y, float* out, std::size_t count);
#endif

}  // namespace pcai::kernels

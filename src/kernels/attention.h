#pragma once

// Attention and gates. backend/llamacpp/kernels takes them out of llama.cpp's graphs and divides a
// node's rows into tasks for ggml's threads.

#include <cstddef>
#include <cstdint>

namespace pcai::kernels {

/// How the elements of keys and values are stored: 2 bytes each, IEEE half or bfloat16.
enum class CacheType : std::uint8_t { Half, BFloat };

/// The most rows of one call. A row is one attention head of one token. It must stay below 64, as
/// `Attention::visible` has one bit per row.
inline constexpr std::size_t kMaxAttentionRows = 48;

/// Attention of some rows over the cells that at least one of them sees. For each row:
///   score(cell) = capped(sum over d of query[d] * scale * key(cell)[d])
///   out = sum over visible cells of softmax(score)(cell) * value(cell)
/// A row that sees no cell gets zeros.
///
/// Each sum visits the row's visible cells in the order of `cells`; the caller lists them in the
/// order in which they were written, which is that of their positions. So neither the other rows of
/// the call nor cells that the row does not see change a bit of its result, and all variants give
/// the same bits as attend_oracle.
///
/// The struct borrows everything it points to for the length of the call. Calls on different
/// threads may share keys, values and queries; each needs its own `out` rows and its own `work`.
struct Attention {
  const float* const* queries;  // one pointer per row, to `key_size` floats
  float* const* out;            // one pointer per row, to `value_size` floats; overwritten
  std::size_t rows;             // 1 to kMaxAttentionRows
  // Indexes of cells in the cache, `cell_count` of them. Cells that are not listed are not read.
  const std::uint32_t* cells;
  const std::uint64_t* visible;  // one word per listed cell: bit r is set if row r sees it
  std::size_t cell_count;        // 0 is allowed
  // The key of cell i starts at keys + i * key_stride and has `key_size` elements; values likewise.
  const std::byte* keys;
  std::size_t key_stride;  // bytes from one cell's key to the next one's
  const std::byte* values;
  std::size_t value_stride;  // bytes
  CacheType type;            // of keys and of values
  std::size_t key_size;      // elements; a multiple of 16
  std::size_t value_size;    // elements; a multiple of 16
  float scale;               // usually 1 / sqrt(key_size)
  float cap;                 // score = cap * tanh(score / cap), as in Gemma 2; 0 = off
  const float* sinks;        // one per row: adds e^sink to the softmax's denominator; null = none
  std::byte* work;           // attention_work_bytes() of scratch memory, aligned to 64 bytes
};

/// Computes one task on the calling thread. It cannot fail and does not check its arguments. Only
/// the oracle allocates memory.
using AttentionFunction = void (*)(const Attention& task);

/// Bytes of scratch memory that a task of at most this size needs: the scaled queries, the scores,
/// the sums and one block of widened keys or values, all as floats. Rows count as multiples of 16
/// and cells as multiples of 32: up to 16 rows of 64 elements over 4096 cells take 272 KiB.
std::size_t attention_work_bytes(std::size_t rows, std::size_t cell_count, std::size_t key_size,
                                 std::size_t value_size) noexcept;

/// Turns a row of llama.cpp's attention mask into bits: bit i is set unless mask[i], an IEEE half,
/// is minus infinity. `bits` has (count + 63) / 64 words. The unused bits of the last one are 0.
void visible_bits(const std::uint16_t* mask, std::size_t count, std::uint64_t* bits) noexcept;

/// The gate of a feed-forward layer. With sigmoid(u) = 1 / (1 + e^-u):
///   Silu(x) = x * sigmoid(x)
///   Gelu(x) = x * sigmoid(1.5958 * (x + 0.044715 * x^3)), the tanh formula
enum class Gate : std::uint8_t { Silu, Gelu };

/// out[i] = gate(x[i]) * y[i] for `count` floats. `out` may be `x` or `y`. Any thread; threads may
/// split an array at any index, because an element's result does not depend on its neighbours.
using GateFunction = void (*)(Gate gate, const float* x, const float* y, float* out,
                              std::size_t count);

/// The oracle: plain C++, slow, the definition of what the variants compute. attend_oracle does not
/// use `work`.
void attend_oracle(const Attention& task);
void gate_oracle(Gate gate, const float* x, const float* y, float* out, std::size_t count);

// The variants. Call one only if usable_variants() lists it: it ends the process with an illegal
// instruction otherwise.
#if defined(__x86_64__)
void attend_avx2(const Attention& task);
void gate_avx2(Gate gate, const float* x, const float* y, float* out, std::size_t count);
void attend_avx512(const Attention& task);
void gate_avx512(Gate gate, const float* x, const float* y, float* out, std::size_t count);
#endif

}  // namespace pcai::kernels

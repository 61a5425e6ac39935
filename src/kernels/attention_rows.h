#pragma once

// Attention for many rows, as in a prompt: a vector's lane is a row. Keys and values are widened to
// floats a block of cells at a time, and each element is broadcast to all rows. A block of scores
// or sums stays in registers. Included by the variants; see attention_few.h.
//
// Layout of AttentionWork here, with ld = rows rounded up to 16:
//   queries[d * ld + row]     scaled; rows beyond the last one repeat it
//   scores[cell * ld + row]   first scores, then weights e^(score - most)
//   block[cell * size + d]    widened keys or values of kBlock cells
//   sums[d * ld + row]        weighted sums of values
#include <cstring>
#include <limits>

#include "kernels/attention.h"
#include "kernels/vector_math.h"

namespace pcai::kernels {
namespace {

/// Cells whose keys or values are widened together. A block of 128 elements is 16 KiB, half of a
/// usual first-level cache. attention_work_bytes() counts with the same number.
constexpr std::size_t kBlock = 32;

/// The parts of Attention::work. Both paths divide it in the same way, but lay the parts out
/// differently. Borrowed from the task.
struct AttentionWork {
  float* queries;  // times Attention::scale
  float* scores;   // one per row and cell
  float* block;    // widened keys or values of kBlock cells; only for many rows
  float* sums;     // of values; only for many rows
};

/// `count` rounded up to a multiple of `unit`.
[[gnu::always_inline]] inline std::size_t padded(std::size_t count, std::size_t unit) {
  return (count + unit - 1) / unit * unit;
}

/// Divides task.work. The order of the parts and attention_work_bytes() belong together.
[[gnu::always_inline]] inline AttentionWork divide_work(const Attention& task) {
  const std::size_t rows = padded(task.rows, 16);
  const std::size_t wide = task.key_size > task.value_size ? task.key_size : task.value_size;
  AttentionWork work{};
  work.queries = reinterpret_cast<float*>(task.work);
  work.block = work.queries + rows * task.key_size;
  work.sums = work.block + kBlock * wide;
  work.scores = work.sums + rows * task.value_size;
  return work;
}

/// V::kLanes elements of the cache as floats, exact.
template <class V>
[[gnu::always_inline]] inline V widened(const std::byte* at, CacheType type) {
  return type == CacheType::Half ? V::from_half(at) : V::from_bfloat(at);
}

/// Widens the keys or values of kBlock listed cells from `first` on: `cache` and `stride` (bytes)
/// are those of the keys or of the values, `size` is their elements. If the list ends before the
/// block does, its last cell stands for the rest; the caller gives those weight 0.
template <class V>
void widen_block(const Attention& task, std::size_t first, const std::byte* cache,
                 std::size_t stride, std::size_t size, float* block) {
  for (std::size_t i = 0; i < kBlock; ++i) {
    const std::size_t at = first + i < task.cell_count ? first + i : task.cell_count - 1;
    const std::byte* source = cache + task.cells[at] * stride;
    for (std::size_t d = 0; d < size; d += V::kLanes) {
      widened<V>(source + 2 * d, task.type).store(block + i * size + d);
    }
  }
}

/// Computes scores[c * ld + lane] for `Cells` cells and Vectors * V::kLanes rows, not yet capped or
/// masked. Each is one sum over the key's elements, in their order. Vectors * Cells sums must fit
/// the registers.
template <class V, int Vectors, int Cells>
void score(const float* queries, const float* keys, std::size_t key_size, std::size_t ld,
           float* scores) {
  V sums[Vectors][Cells];
#pragma GCC unroll 3
  for (int v = 0; v < Vectors; ++v) {
#pragma GCC unroll 8
    for (int c = 0; c < Cells; ++c) sums[v][c] = V::zero();
  }
  for (std::size_t d = 0; d < key_size; ++d) {
    V q[Vectors];
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v) q[v] = V::load(queries + d * ld + v * V::kLanes);
#pragma GCC unroll 8
    for (int c = 0; c < Cells; ++c) {
      const V key = V::broadcast(keys[c * key_size + d]);
#pragma GCC unroll 3
      for (int v = 0; v < Vectors; ++v) sums[v][c] = fma(key, q[v], sums[v][c]);
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < Cells; ++c) {
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v) sums[v][c].store(scores + c * ld + v * V::kLanes);
  }
}

/// Adds the values of one block, times weights[c * ld + lane], to sums[d * ld + lane] for `Columns`
/// elements of the values. `values` points to the first of these elements in the block's first
/// cell.
template <class V, int Vectors, int Columns>
void accumulate(const float* weights, const float* values, std::size_t value_size, std::size_t ld,
                float* sums) {
  V parts[Vectors][Columns];
#pragma GCC unroll 8
  for (int d = 0; d < Columns; ++d) {
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v) parts[v][d] = V::load(sums + d * ld + v * V::kLanes);
  }
  for (std::size_t c = 0; c < kBlock; ++c) {
    V p[Vectors];
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v) p[v] = V::load(weights + c * ld + v * V::kLanes);
#pragma GCC unroll 8
    for (int d = 0; d < Columns; ++d) {
      const V value = V::broadcast(values[c * value_size + d]);
#pragma GCC unroll 3
      for (int v = 0; v < Vectors; ++v) parts[v][d] = fma(value, p[v], parts[v][d]);
    }
  }
#pragma GCC unroll 8
  for (int d = 0; d < Columns; ++d) {
#pragma GCC unroll 3
    for (int v = 0; v < Vectors; ++v) parts[v][d].store(sums + d * ld + v * V::kLanes);
  }
}

/// Attention for rows [first_row, first_row + Vectors * V::kLanes), in two passes over the cells:
/// the first computes scores and their maximum, the second weights and sums. Lanes beyond the last
/// row compute too, and their results are dropped.
template <class V, int Vectors>
void attend_lanes(const Attention& task, const AttentionWork& work, std::size_t first_row,
                  std::size_t ld) {
  const float* queries = work.queries + first_row;
  float* scores = work.scores + first_row;
  float* sums = work.sums + first_row;
  const V none = V::broadcast(-std::numeric_limits<float>::infinity());
  // A row's maximum starts with its sink. Rows that do not exist have none.
  V most[Vectors];
  V sink[Vectors];
  for (int v = 0; v < Vectors; ++v) {
    float lanes[V::kLanes];
    for (std::size_t lane = 0; lane < V::kLanes; ++lane) {
      const std::size_t row = first_row + v * V::kLanes + lane;
      const bool has_sink = task.sinks != nullptr && row < task.rows;
      lanes[lane] = has_sink ? task.sinks[row] : -std::numeric_limits<float>::infinity();
    }
    most[v] = sink[v] = V::load(lanes);
  }
  for (std::size_t first = 0; first < task.cell_count; first += kBlock) {
    widen_block<V>(task, first, task.keys, task.key_stride, task.key_size, work.block);
    for (std::size_t c = 0; c < kBlock; c += V::kColumns) {
      score<V, Vectors, V::kColumns>(queries, work.block + c * task.key_size, task.key_size, ld,
                                     scores + (first + c) * ld);
    }
    // Cells beyond the list are visible to nobody.
    for (std::size_t c = first; c < first + kBlock; ++c) {
      const std::uint64_t visible = c < task.cell_count ? task.visible[c] >> first_row : 0;
      for (int v = 0; v < Vectors; ++v) {
        float* at = scores + c * ld + v * V::kLanes;
        const V value = select(visible >> (v * V::kLanes), capped(V::load(at), task.cap), none);
        value.store(at);
        most[v] = max(value, most[v]);
      }
    }
  }
  // The second pass: weights, their total and the weighted sums of values, block by block.
  for (std::size_t d = 0; d < task.value_size; ++d) {
    for (int v = 0; v < Vectors; ++v) V::zero().store(sums + d * ld + v * V::kLanes);
  }
  V total[Vectors];
  for (int v = 0; v < Vectors; ++v) total[v] = V::zero();
  for (std::size_t first = 0; first < task.cell_count; first += kBlock) {
    // The same memory as for the keys, which are not needed any more.
    widen_block<V>(task, first, task.values, task.value_stride, task.value_size, work.block);
    // Cells beyond the list are visible to nobody.
    for (std::size_t c = first; c < first + kBlock; ++c) {
      const std::uint64_t visible = c < task.cell_count ? task.visible[c] >> first_row : 0;
      for (int v = 0; v < Vectors; ++v) {
        float* at = scores + c * ld + v * V::kLanes;
        const V p = select(visible >> (v * V::kLanes), exp_of(V::load(at) - most[v]), V::zero());
        p.store(at);
        total[v] = total[v] + p;
      }
    }
    for (std::size_t d = 0; d < task.value_size; d += V::kColumns) {
      accumulate<V, Vectors, V::kColumns>(scores + first * ld, work.block + d, task.value_size, ld,
                                          sums + d * ld);
    }
  }
  for (int v = 0; v < Vectors; ++v) {
    if (task.sinks != nullptr) total[v] = total[v] + exp_of(sink[v] - most[v]);
    float lanes[V::kLanes];
    total[v].store(lanes);
    for (std::size_t lane = 0; lane < V::kLanes; ++lane) {
      const std::size_t row = first_row + v * V::kLanes + lane;
      if (row >= task.rows) break;  // a lane that only fills the vector
      // A row that sees no cell has no weights: zeros, not NaN.
      const float inverse = lanes[lane] > 0 ? 1.0F / lanes[lane] : 0.0F;
      for (std::size_t d = 0; d < task.value_size; ++d) {
        task.out[row][d] = sums[d * ld + v * V::kLanes + lane] * inverse;
      }
    }
  }
}

/// Attention for any number of rows, three vectors of rows at a time while there are so many.
template <class V>
void attend_rows(const Attention& task) {
  const AttentionWork work = divide_work(task);
  // 16 is a multiple of kLanes in every variant, so that ld and the layout do not depend on it.
  const std::size_t ld = padded(task.rows, 16);
  for (std::size_t row = 0; row < ld; ++row) {
    const float* query = task.queries[row < task.rows ? row : task.rows - 1];
    for (std::size_t d = 0; d < task.key_size; ++d) {
      work.queries[d * ld + row] = query[d] * task.scale;
    }
  }
  std::size_t row = 0;
  constexpr std::size_t kThree = 3 * V::kLanes;
  for (; row + kThree <= ld; row += kThree) attend_lanes<V, 3>(task, work, row, ld);
  if (ld - row == 2 * V::kLanes) attend_lanes<V, 2>(task, work, row, ld);
  if (ld - row == V::kLanes) attend_lanes<V, 1>(task, work, row, ld);
}

}  // namespace
}  // namespace pcai::kernels

#pragma once

// Attention for up to 8 rows, as when one token is decoded. For scores a vector's lane is a cell;
// for sums of values it is an element of the value. Every sum runs in the same order as in
// attention_rows.h, so the bits are the same.
//
// Each variant's .cpp file includes this header after it has defined its vector type V (see
// vector_math.h) and transpose(). Everything stands in an unnamed namespace, because each variant
// compiles it with other instructions.
//
// Layout of AttentionWork here, with ld = cell_count rounded up to kBlock:
//   queries[row * key_size + d]   scaled
//   scores[row * ld + cell]       first scores, then weights e^(score - most)
#include "kernels/attention_rows.h"

namespace pcai::kernels {
namespace {

/// The next `lanes` listed cells from `first` on, as bits: bit c is set if cell first + c exists
/// and the row sees it. With `all_see` the caller knows that every row sees every listed cell, so
/// that Task::visible need not be read.
[[gnu::always_inline]] inline std::uint64_t seen_bits(const Attention& task, std::size_t first,
                                                      std::size_t lanes, std::size_t row,
                                                      bool all_see) {
  const std::size_t left = task.cell_count - first;
  if (all_see) return left >= lanes ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
  std::uint64_t bits = 0;
  for (std::size_t c = 0; c < lanes && c < left; ++c) {
    bits |= (task.visible[first + c] >> row & 1) << c;
  }
  return bits;
}

/// True if every row sees every listed cell, which is usual in decode.
[[gnu::always_inline]] inline bool all_rows_see_all(const Attention& task) {
  std::uint64_t all = ~std::uint64_t{0};
  for (std::size_t i = 0; i < task.cell_count; ++i) all &= task.visible[i];
  const std::uint64_t rows = ~std::uint64_t{0} >> (64 - task.rows);
  return (all & rows) == rows;
}

/// Fills the scores of all rows and cells and sets most[r] to row r's largest score, its sink
/// included. A cell that a row does not see scores minus infinity, and so do the lanes that pad the
/// last vector. V::kLanes keys are transposed in registers at a time, so that the sum over the
/// key's elements runs in the oracle's order in each lane.
template <class V, int Rows>
void score_few(const Attention& task, const AttentionWork& work, std::size_t ld, bool all_see,
               float (&most)[Rows]) {
  V most_of[Rows];
  for (int r = 0; r < Rows; ++r) {
    most_of[r] = V::broadcast(-std::numeric_limits<float>::infinity());
  }
  for (std::size_t first = 0; first < task.cell_count; first += V::kLanes) {
    // The last cell stands for those that the last vector lacks; seen_bits() hides them below.
    const std::byte* keys[V::kLanes];
    for (std::size_t i = 0; i < V::kLanes; ++i) {
      const std::size_t at = first + i < task.cell_count ? first + i : task.cell_count - 1;
      keys[i] = task.keys + task.cells[at] * task.key_stride;
    }
    V sums[Rows];
    for (int r = 0; r < Rows; ++r) sums[r] = V::zero();
    for (std::size_t d = 0; d < task.key_size; d += V::kLanes) {
      V columns[V::kLanes];
#pragma GCC unroll 16
      for (std::size_t i = 0; i < V::kLanes; ++i) {
        columns[i] = widened<V>(keys[i] + 2 * d, task.type);
      }
      transpose(columns);
#pragma GCC unroll 16
      for (std::size_t i = 0; i < V::kLanes; ++i) {
#pragma GCC unroll 8
        for (int r = 0; r < Rows; ++r) {
          const V q = V::broadcast(work.queries[r * task.key_size + d + i]);
          sums[r] = fma(columns[i], q, sums[r]);
        }
      }
    }
    for (int r = 0; r < Rows; ++r) {
      const std::uint64_t bits = seen_bits(task, first, V::kLanes, r, all_see);
      const V none = V::broadcast(-std::numeric_limits<float>::infinity());
      const V value = select(bits, capped(sums[r], task.cap), none);
      value.store(work.scores + r * ld + first);
      most_of[r] = max(value, most_of[r]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    float lanes[V::kLanes];
    most_of[r].store(lanes);
    most[r] = task.sinks != nullptr ? task.sinks[r] : -std::numeric_limits<float>::infinity();
    for (const float lane : lanes) most[r] = lane > most[r] ? lane : most[r];
  }
}

/// Writes elements [d, d + Columns * V::kLanes) of each row's result: the weighted sum of the
/// values times inverse[r], which is 1 / (sum of weights). All sums stay in registers, so that each
/// value is read and widened once for all rows.
template <class V, int Rows, int Columns>
void accumulate_few(const Attention& task, const AttentionWork& work, std::size_t ld, std::size_t d,
                    const float (&inverse)[Rows]) {
  V sums[Rows][Columns];
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int i = 0; i < Columns; ++i) sums[r][i] = V::zero();
  }
  for (std::size_t c = 0; c < task.cell_count; ++c) {
    const std::byte* source = task.values + task.cells[c] * task.value_stride + 2 * d;
    V values[Columns];
#pragma GCC unroll 4
    for (int i = 0; i < Columns; ++i) {
      values[i] = widened<V>(source + 2 * i * V::kLanes, task.type);
    }
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) {
      const V p = V::broadcast(work.scores[r * ld + c]);
#pragma GCC unroll 4
      for (int i = 0; i < Columns; ++i) sums[r][i] = fma(values[i], p, sums[r][i]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < Rows; ++r) {
#pragma GCC unroll 4
    for (int i = 0; i < Columns; ++i) {
      (sums[r][i] * V::broadcast(inverse[r])).store(task.out[r] + d + i * V::kLanes);
    }
  }
}

/// Attention for exactly `Rows` rows (task.rows): scores, softmax, sums. The weights are added up
/// one cell at a time, as the oracle does; adding them lane by lane would round otherwise.
template <class V, int Rows>
void attend_few(const Attention& task) {
  const AttentionWork work = divide_work(task);
  // Room for whole vectors of cells; a row's scores begin at a multiple of ld.
  const std::size_t ld = padded(task.cell_count, kBlock);
  for (int r = 0; r < Rows; ++r) {
    for (std::size_t d = 0; d < task.key_size; ++d) {
      work.queries[r * task.key_size + d] = task.queries[r][d] * task.scale;
    }
  }
  const bool all_see = all_rows_see_all(task);
  // The largest score is subtracted from all, so that e^x cannot overflow: the usual softmax.
  float most[Rows];
  score_few<V, Rows>(task, work, ld, all_see, most);
  for (int r = 0; r < Rows; ++r) {
    for (std::size_t c = 0; c < task.cell_count; c += V::kLanes) {
      float* at = work.scores + r * ld + c;
      const V p = exp_of(V::load(at) - V::broadcast(most[r]));
      // Not through the score of minus infinity: exp_of() would make a small number of it, not 0.
      select(seen_bits(task, c, V::kLanes, r, all_see), p, V::zero()).store(at);
    }
  }
  // One cell after the other; see above.
  float total[Rows] = {};
  for (std::size_t c = 0; c < task.cell_count; ++c) {
#pragma GCC unroll 8
    for (int r = 0; r < Rows; ++r) total[r] += work.scores[r * ld + c];
  }
  float inverse[Rows];
  for (int r = 0; r < Rows; ++r) {
    if (task.sinks != nullptr) {
      float lanes[V::kLanes];
      exp_of(V::broadcast(task.sinks[r] - most[r])).store(lanes);
      total[r] += lanes[0];
    }
    inverse[r] = total[r] > 0 ? 1.0F / total[r] : 0.0F;
  }
  // As many vectors of each row's value at a time as the registers hold sums, but at most 4.
  constexpr int kColumns =
      V::kFewSums / Rows > 4 ? 4 : (V::kFewSums / Rows > 1 ? V::kFewSums / Rows : 1);
  std::size_t d = 0;
  for (; d + kColumns * V::kLanes <= task.value_size; d += kColumns * V::kLanes) {
    accumulate_few<V, Rows, kColumns>(task, work, ld, d, inverse);
  }
  for (; d < task.value_size; d += V::kLanes) {
    accumulate_few<V, Rows, 1>(task, work, ld, d, inverse);
  }
}

/// An AttentionFunction for the vector type V: few rows here, many in attention_rows.h.
template <class V>
void attend(const Attention& task) {
  if (task.cell_count == 0) return attend_oracle(task);
  switch (task.rows) {
    case 1: return attend_few<V, 1>(task);
    case 2: return attend_few<V, 2>(task);
    case 3: return attend_few<V, 3>(task);
    case 4: return attend_few<V, 4>(task);
    case 5: return attend_few<V, 5>(task);
    case 6: return attend_few<V, 6>(task);
    case 7: return attend_few<V, 7>(task);
    case 8: return attend_few<V, 8>(task);
    default: return attend_rows<V>(task);
  }
}

}  // namespace
}  // namespace pcai::kernels

#pragma once

#include <ggml.h>

#include <cstdint>
#include <vector>

namespace pcai::backend::llamacpp {

/// The order in which the cells of a layer's KV cache were written. A sequence's tokens are written
/// in the order of their positions, wherever their cells are. So attention that sums in this order
/// gives the same bits for every place of a sequence in the cache. The cache's tensor points to
/// this object by `extra`.
///
/// A cache can also be filled without a graph (a restored state); that is not noticed. Code that
/// does so must note it here, or its sequences are summed in another order.
class CellOrder {
 public:
  explicit CellOrder(std::size_t cells) : written_(cells, 0) {}

  /// The order that is kept for a cache's tensor (or a view of one), or null.
  static CellOrder* of(const ggml_tensor& cache);

  /// Notes the cells that a GGML_OP_SET_ROWS writes.
  void note(const ggml_tensor& set_rows);

  /// When a cell was written; a larger number is later, 0 = not yet.
  std::uint64_t at(std::uint32_t cell) const { return written_[cell]; }
  std::size_t size() const { return written_.size(); }

 private:
  static constexpr std::uint64_t kMark = 0x70636169'6f726472U;

  std::uint64_t mark_ = kMark;
  std::uint64_t clock_ = 0;
  std::vector<std::uint64_t> written_;
};

}  // namespace pcai::backend::llamacpp

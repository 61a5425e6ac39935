#include "backend/llamacpp/kernels/cell_order.h"

namespace pcai::backend::llamacpp {

CellOrder* CellOrder::of(const ggml_tensor& cache) {
  const ggml_tensor& whole = cache.view_src != nullptr ? *cache.view_src : cache;
  if (whole.op != GGML_OP_NONE || whole.extra == nullptr) return nullptr;
  auto* order = static_cast<CellOrder*>(whole.extra);
  return order->mark_ == kMark ? order : nullptr;
}

void CellOrder::note(const ggml_tensor& set_rows) {
  const ggml_tensor& cells = *set_rows.src[1];
  for (std::int64_t i = 0; i < cells.ne[0]; ++i) {
    const auto* at =
        static_cast<const char*>(cells.data) + i * static_cast<std::int64_t>(cells.nb[0]);
    const std::int64_t cell = cells.type == GGML_TYPE_I64
                                  ? *reinterpret_cast<const std::int64_t*>(at)
                                  : *reinterpret_cast<const std::int32_t*>(at);
    if (cell >= 0 && cell < static_cast<std::int64_t>(written_.size())) {
      written_[static_cast<std::size_t>(cell)] = ++clock_;
    }
  }
}

}  // namespace pcai::backend::llamacpp

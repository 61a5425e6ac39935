#include "backend/llamacpp/kernels/matrix_product.h"

#include <algorithm>

#include "backend/llamacpp/kernels/model_kernels.h"
#include "backend/llamacpp/kernels/weight_note.h"

namespace pcai::backend::llamacpp::matrix_product {
namespace {

using kernels::kGroup;
using kernels::kTileColumns;

/// Columns of activations, as many as there are tokens, become tiles in the work memory. A lone
/// tile is packed by all threads together.
void pack_tiles(const ggml_tensor& activations, const kernels::Variant& variant,
                const kernels::PanelLayout& layout, const Team& team) {
  const auto columns = static_cast<std::size_t>(activations.ne[0]);
  const auto tokens = static_cast<std::size_t>(activations.ne[1]);
  const std::size_t stride = activations.nb[1] / sizeof(float);
  const std::size_t tiles = kernels::tile_count(tokens);
  const std::size_t groups = columns / kernels::kGroup;
  const auto index = static_cast<std::size_t>(team.index);
  const auto count = static_cast<std::size_t>(team.count);
  for (std::size_t tile = tiles == 1 ? 0 : index; tile < tiles; tile += count) {
    const std::size_t first = tile * kernels::kTileColumns;
    const kernels::PackTile task{
        .layout = layout,
        .tokens = static_cast<const float*>(activations.data) + first * stride,
        .stride = stride,
        .count = std::min(kernels::kTileColumns, tokens - first),
        .tile = team.work + tile * kernels::tile_bytes(columns)};
    if (tiles == 1) {
      variant.pack_tile(task, groups * index / count, groups * (index + 1) / count);
    } else {
      variant.pack_tile(task, 0, groups);
    }
  }
}

}  // namespace

bool takes(const ggml_tensor& node) {
  const ggml_tensor& weight = *node.src[0];
  const ggml_tensor& activations = *node.src[1];
  const WeightNote* note = note_of(weight);
  return note != nullptr && note->panels != nullptr && activations.type == GGML_TYPE_F32 &&
         node.type == GGML_TYPE_F32 && activations.ne[2] == 1 && activations.ne[3] == 1 &&
         activations.nb[0] == sizeof(float) && node.nb[0] == sizeof(float) &&
         note->model->enabled();
}

std::size_t work_bytes(const ggml_tensor& node) {
  const ggml_tensor& activations = *node.src[1];
  return kernels::tile_count(static_cast<std::size_t>(activations.ne[1])) *
         kernels::tile_bytes(static_cast<std::size_t>(activations.ne[0]));
}

void compute(ggml_tensor& node, const Team& team) {
  const ggml_tensor& activations = *node.src[1];
  const WeightNote& note = *note_of(*node.src[0]);
  const kernels::Variant& variant = note.model->variant();
  const kernels::PanelLayout layout = kernels::panel_layout(note.format);
  if (team.index == 0) team.begin_chunks();
  pack_tiles(activations, variant, layout, team);
  team.barrier();
  const kernels::Multiply task{.layout = layout,
                               .panels = note.panels,
                               .tiles = team.work,
                               .columns = static_cast<std::size_t>(activations.ne[0]),
                               .rows = static_cast<std::size_t>(node.ne[0]),
                               .tokens = static_cast<std::size_t>(node.ne[1]),
                               .out = static_cast<float*>(node.data),
                               .stride = node.nb[1] / sizeof(float)};
  // A few panels over all tiles make a chunk: its weights stay in the cache while the tiles pass.
  const std::size_t panels = kernels::panel_count(task.rows);
  const std::size_t parts = team.count == 1 ? 1 : static_cast<std::size_t>(team.count) * 4;
  const std::size_t chunk = std::max<std::size_t>(1, panels / parts);
  const auto chunks = static_cast<int>((panels + chunk - 1) / chunk);
  for (int i = team.index; i < chunks; i = team.next_chunk()) {
    const std::size_t first = static_cast<std::size_t>(i) * chunk;
    variant.multiply(task, first, std::min(panels, first + chunk));
  }
  if (team.index == 0) note.model->count_product();
}

}  // namespace pcai::backend::llamacpp::matrix_product

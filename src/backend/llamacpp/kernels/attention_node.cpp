#include "backend/llamacpp/kernels/attention_node.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "backend/llamacpp/kernels/cell_order.h"
#include "backend/llamacpp/kernels/model_kernels.h"

namespace pcai::backend::llamacpp::attention_node {
namespace {

using kernels::kMaxAttentionRows;

constexpr std::size_t kManyCells = 16384;  // beyond it fewer rows at once keep scores in the cache
constexpr std::size_t kFewRows = 16;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kStrangers = 16;  // cells beside its own that a token bears in a tile

std::size_t aligned(std::size_t size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

struct Parameters {
  float scale;
  float max_bias;  // of ALiBi
  float cap;
};
Parameters parameters_of(const ggml_tensor& node) {
  Parameters parameters;
  std::memcpy(&parameters, node.op_params, sizeof(parameters));
  return parameters;
}

struct Shape {
  explicit Shape(const ggml_tensor& node)
      : tokens(static_cast<std::size_t>(node.src[0]->ne[1])),
        cells(static_cast<std::size_t>(node.src[1]->ne[1])),
        words((cells + 63) / 64),
        cache_heads(static_cast<std::size_t>(node.src[1]->ne[2])),
        heads_each(static_cast<std::size_t>(node.src[0]->ne[2]) / cache_heads),
        key_size(static_cast<std::size_t>(node.src[1]->ne[0])),
        value_size(static_cast<std::size_t>(node.src[2]->ne[0])),
        most_rows(cells > kManyCells ? kFewRows : kernels::kMaxAttentionRows) {}

  std::size_t tokens;
  std::size_t cells;
  std::size_t words;  // of a token's bits
  std::size_t cache_heads;
  std::size_t heads_each;  // that read one head of the cache
  std::size_t key_size;
  std::size_t value_size;
  std::size_t most_rows;

  std::size_t shared_bytes() const { return aligned(tokens * words * sizeof(std::uint64_t)); }
  std::size_t kernel_bytes() const {
    return aligned(kernels::attention_work_bytes(most_rows, cells, key_size, value_size));
  }
  std::size_t thread_bytes() const {
    return kernel_bytes() + aligned(cells * sizeof(std::uint64_t)) +
           aligned(cells * sizeof(std::uint32_t)) + aligned(words * sizeof(std::uint64_t));
  }
};

/// Tokens [begin, end) that see nearly the same cells.
struct Tile {
  std::size_t begin;
  std::size_t end;
};

/// Neighbours go into one tile while none has to bear many cells that only others see. Every thread
/// finds the same tiles.
std::vector<Tile> find_tiles(const Shape& shape, const std::uint64_t* bits, std::size_t most_tokens,
                             std::uint64_t* seen) {
  std::vector<Tile> tiles;
  std::size_t fewest = 0;
  for (std::size_t token = 0; token < shape.tokens; ++token) {
    const std::uint64_t* own = bits + token * shape.words;
    std::size_t own_count = 0;
    std::size_t count = 0;
    const bool joins = !tiles.empty() && tiles.back().end - tiles.back().begin < most_tokens;
    for (std::size_t i = 0; i < shape.words; ++i) {
      own_count += static_cast<std::size_t>(std::popcount(own[i]));
      if (joins) count += static_cast<std::size_t>(std::popcount(own[i] | seen[i]));
    }
    if (joins && count <= std::min(fewest, own_count) + kStrangers + most_tokens) {
      for (std::size_t i = 0; i < shape.words; ++i) seen[i] |= own[i];
      fewest = std::min(fewest, own_count);
      tiles.back().end = token + 1;
    } else {
      std::copy_n(own, shape.words, seen);
      fewest = own_count;
      tiles.push_back({token, token + 1});
    }
  }
  return tiles;
}

/// The listed cells of a tile.
struct CellList {
  std::uint32_t* cells;
  std::uint64_t* visible;  // bit t: the tile's token t sees the cell
  std::size_t count = 0;
};

void list_cells(const Shape& shape, const std::uint64_t* bits, const Tile& tile, CellList& list) {
  const std::size_t tokens = tile.end - tile.begin;
  const std::uint64_t everybody = ~std::uint64_t{0} >> (64 - tokens);
  list.count = 0;
  for (std::size_t word = 0; word < shape.words; ++word) {
    std::uint64_t any = 0;
    std::uint64_t all = ~std::uint64_t{0};
    for (std::size_t token = tile.begin; token < tile.end; ++token) {
      any |= bits[token * shape.words + word];
      all &= bits[token * shape.words + word];
    }
    for (std::uint64_t left = any; left != 0; left &= left - 1) {
      const auto bit = static_cast<unsigned>(std::countr_zero(left));
      std::uint64_t visible = everybody;
      if ((all >> bit & 1) == 0) {
        visible = 0;
        for (std::size_t token = 0; token < tokens; ++token) {
          visible |= (bits[(tile.begin + token) * shape.words + word] >> bit & 1) << token;
        }
      }
      list.cells[list.count] = static_cast<std::uint32_t>(word * 64 + bit);
      list.visible[list.count++] = visible;
    }
  }
}

/// Brings the list into the order of writing. Mostly it is; else it is made of a few runs that are.
void sort_by_writing(const CellOrder& order, CellList& list) {
  const auto earlier = [&](std::uint32_t a, std::uint32_t b) { return order.at(a) < order.at(b); };
  if (std::is_sorted(list.cells, list.cells + list.count, earlier)) return;
  struct Entry {
    std::uint64_t written;
    std::uint32_t cell;
    std::uint64_t visible;
    bool operator<(const Entry& other) const { return written < other.written; }
  };
  std::vector<Entry> entries(list.count);
  for (std::size_t i = 0; i < list.count; ++i) {
    entries[i] = {order.at(list.cells[i]), list.cells[i], list.visible[i]};
  }
  for (auto sorted = std::is_sorted_until(entries.begin(), entries.end());
       sorted != entries.end();) {
    const auto run_end = std::is_sorted_until(sorted, entries.end());
    std::inplace_merge(entries.begin(), sorted, run_end);
    sorted = run_end;
  }
  for (std::size_t i = 0; i < list.count; ++i) {
    list.cells[i] = entries[i].cell;
    list.visible[i] = entries[i].visible;
  }
}

template <class T>
T* at(const ggml_tensor& tensor, std::size_t i1, std::size_t i2) {
  return reinterpret_cast<T*>(static_cast<char*>(tensor.data) + i1 * tensor.nb[1] +
                              i2 * tensor.nb[2]);
}

/// One thread's part of a node.
class Worker {
 public:
  Worker(ggml_tensor& node, const Shape& shape, const Team& team)
      : node_(node),
        shape_(shape),
        model_(*model_of(node)),
        parameters_(parameters_of(node)),
        order_(CellOrder::of(*node.src[1])),
        bits_(reinterpret_cast<std::uint64_t*>(team.work)) {
    std::byte* mine = team.work + shape.shared_bytes() +
                      static_cast<std::size_t>(team.index) * shape.thread_bytes();
    kernel_work_ = mine;
    mine += shape.kernel_bytes();
    list_.visible = reinterpret_cast<std::uint64_t*>(mine);
    mine += aligned(shape.cells * sizeof(std::uint64_t));
    list_.cells = reinterpret_cast<std::uint32_t*>(mine);
    mine += aligned(shape.cells * sizeof(std::uint32_t));
    seen_ = reinterpret_cast<std::uint64_t*>(mine);
  }

  void read_mask(std::size_t token) {
    kernels::visible_bits(at<const std::uint16_t>(*node_.src[3], token, 0), shape_.cells,
                          bits_ + token * shape_.words);
  }

  std::vector<Tile> tiles(std::size_t most_tokens) {
    return find_tiles(shape_, bits_, most_tokens, seen_);
  }

  /// Lists a tile's cells, unless they are listed already.
  void enter(const Tile& tile) {
    if (listed_ == tile.begin) return;
    listed_ = tile.begin;
    list_cells(shape_, bits_, tile, list_);
    if (order_ != nullptr && shape_.cells <= order_->size()) sort_by_writing(*order_, list_);
    token_bits_.assign(list_.visible, list_.visible + list_.count);
  }

  /// Heads [first, last) of those that read `cache_head`, for the tile that was entered.
  void attend(const Tile& tile, std::size_t cache_head, std::size_t first, std::size_t last) {
    const std::size_t tokens = tile.end - tile.begin;
    const float* queries[kernels::kMaxAttentionRows];
    float* out[kernels::kMaxAttentionRows];
    float sinks[kernels::kMaxAttentionRows];
    std::size_t rows = 0;
    for (std::size_t i = first; i < last; ++i) {
      const std::size_t head = cache_head * shape_.heads_each + i;
      for (std::size_t token = tile.begin; token < tile.end; ++token, ++rows) {
        queries[rows] = at<const float>(*node_.src[0], token, head);
        out[rows] = at<float>(node_, head, token);
        if (node_.src[4] != nullptr) {
          sinks[rows] = static_cast<const float*>(node_.src[4]->data)[head];
        }
      }
    }
    for (std::size_t i = 0; i < list_.count; ++i) {
      std::uint64_t visible = token_bits_[i];
      for (std::size_t copies = 1; copies < last - first; ++copies) {
        visible = visible << tokens | token_bits_[i];
      }
      list_.visible[i] = visible;
    }
    const ggml_tensor& keys = *node_.src[1];
    const ggml_tensor& values = *node_.src[2];
    model_.variant().attend(
        {.queries = queries,
         .out = out,
         .rows = rows,
         .cells = list_.cells,
         .visible = list_.visible,
         .cell_count = list_.count,
         .keys = at<const std::byte>(keys, 0, cache_head),
         .key_stride = keys.nb[1],
         .values = at<const std::byte>(values, 0, cache_head),
         .value_stride = values.nb[1],
         .type = keys.type == GGML_TYPE_F16 ? kernels::CacheType::Half : kernels::CacheType::BFloat,
         .key_size = shape_.key_size,
         .value_size = shape_.value_size,
         .scale = parameters_.scale,
         .cap = parameters_.cap,
         .sinks = node_.src[4] != nullptr ? sinks : nullptr,
         .work = kernel_work_});
  }

  ModelKernels& model() { return model_; }

 private:
  ggml_tensor& node_;
  const Shape& shape_;
  ModelKernels& model_;
  const Parameters parameters_;
  const CellOrder* order_;
  std::uint64_t* bits_;
  std::byte* kernel_work_;
  CellList list_{};
  std::uint64_t* seen_;
  std::vector<std::uint64_t> token_bits_;
  std::size_t listed_ = static_cast<std::size_t>(-1);
};

}  // namespace

bool takes(const ggml_tensor& node) {
  const ggml_tensor& q = *node.src[0];
  const ggml_tensor& k = *node.src[1];
  const ggml_tensor& v = *node.src[2];
  const ggml_tensor* mask = node.src[3];
  const bool plain_cache =
      k.type == v.type && (k.type == GGML_TYPE_F16 || k.type == GGML_TYPE_BF16) &&
      k.nb[0] == ggml_type_size(k.type) && v.nb[0] == k.nb[0] && k.ne[1] == v.ne[1] &&
      k.ne[2] == v.ne[2] && k.ne[3] == 1 && v.ne[3] == 1 && k.ne[0] % 16 == 0 && v.ne[0] % 16 == 0;
  if (!plain_cache || mask == nullptr || mask->type != GGML_TYPE_F16 || mask->ne[2] != 1 ||
      mask->ne[3] != 1 || mask->ne[0] < k.ne[1] || mask->nb[0] != sizeof(std::uint16_t)) {
    return false;
  }
  if (q.type != GGML_TYPE_F32 || q.nb[0] != sizeof(float) || q.ne[3] != 1 ||
      q.ne[2] % k.ne[2] != 0 || parameters_of(node).max_bias != 0) {
    return false;
  }
  const ModelKernels* model = model_of(node);
  return model != nullptr && model->enabled();
}

std::size_t work_bytes(const ggml_tensor& node, int threads) {
  const Shape shape(node);
  return shape.shared_bytes() + static_cast<std::size_t>(threads) * shape.thread_bytes();
}

void compute(ggml_tensor& node, const Team& team) {
  const Shape shape(node);
  Worker worker(node, shape, team);
  const auto count = static_cast<std::size_t>(team.count);
  if (team.index == 0) team.begin_chunks();
  for (auto token = static_cast<std::size_t>(team.index); token < shape.tokens; token += count) {
    worker.read_mask(token);
  }
  team.barrier();
  std::size_t heads = std::min(shape.heads_each, shape.most_rows);
  const std::vector<Tile> tiles = worker.tiles(std::max<std::size_t>(1, shape.most_rows / heads));
  // Where a step has too few parts for the threads, heads that could share a pass are divided.
  while (heads > 1 &&
         tiles.size() * shape.cache_heads * ((shape.heads_each + heads - 1) / heads) < count) {
    heads = (heads + 1) / 2;
  }
  const std::size_t parts = (shape.heads_each + heads - 1) / heads;
  const bool whole_tiles = tiles.size() >= 4 * count;
  const std::size_t units_each = whole_tiles ? 1 : shape.cache_heads * parts;
  const auto units = static_cast<int>(tiles.size() * units_each);
  for (int i = team.index; i < units; i = team.next_chunk()) {
    const auto unit = static_cast<std::size_t>(units - 1 - i);  // the longest come last
    const Tile& tile = tiles[unit / units_each];
    worker.enter(tile);
    const std::size_t begin = whole_tiles ? 0 : unit % units_each;
    const std::size_t end = whole_tiles ? shape.cache_heads * parts : begin + 1;
    for (std::size_t part = begin; part < end; ++part) {
      const std::size_t first = part % parts * heads;
      worker.attend(tile, part / parts, first, std::min(first + heads, shape.heads_each));
    }
  }
  if (team.index == 0) worker.model().count_attention();
}

}  // namespace pcai::backend::llamacpp::attention_node

#include "backend/llamacpp/kernels/model_kernels.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "core/start_thread.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::string_view kEmbedding = "token_embd.weight";
constexpr std::string_view kOutput = "output.weight";

std::size_t rounded_up(std::size_t size, std::size_t unit) {
  return (size + unit - 1) / unit * unit;
}

/// Whether nodes multiply with this weight, and not only look rows up in it. An embedding is
/// multiplied with where there is no output matrix of its own.
bool is_multiplied_with(std::string_view name, bool has_output) {
  if (name == kEmbedding) return !has_output;
  return name.find("embd") == std::string_view::npos;
}

}  // namespace

ModelKernels* model_of(const ggml_tensor& node) noexcept {
  constexpr int kMaxSteps = 16;
  const ggml_tensor* tensor = node.src[0];
  for (int i = 0; i < kMaxSteps && tensor != nullptr; ++i) {
    if (tensor->op == GGML_OP_MUL_MAT || tensor->op == GGML_OP_MUL_MAT_ID) {
      const WeightNote* note = note_of(*tensor->src[0]);
      return note != nullptr ? note->model : nullptr;
    }
    tensor = tensor->src[0];
  }
  return nullptr;
}

bool block_format(ggml_type type, kernels::BlockFormat& format) noexcept {
  using kernels::BlockFormat;
  switch (type) {
    case GGML_TYPE_Q4_0: format = kernels::BlockFormat::Q4_0; return true;
    case GGML_TYPE_Q4_1: format = kernels::BlockFormat::Q4_1; return true;
    case GGML_TYPE_Q5_0: format = kernels::BlockFormat::Q5_0; return true;
    case GGML_TYPE_Q5_1: format = kernels::BlockFormat::Q5_1; return true;
    case GGML_TYPE_Q8_0: format = kernels::BlockFormat::Q8_0; return true;
    case GGML_TYPE_Q4_K: format = kernels::BlockFormat::Q4_K; return true;
    case GGML_TYPE_Q5_K: format = kernels::BlockFormat::Q5_K; return true;
    case GGML_TYPE_Q6_K: format = kernels::BlockFormat::Q6_K; return true;
    default: return false;
  }
}

Result<std::unique_ptr<ModelKernels>> ModelKernels::create(const NamedTensors& tensors,
                                                           const kernels::Variant& variant,
                                                           const Options& options,
                                                           LoadProgress& progress) {
  std::unique_ptr<ModelKernels> result(new ModelKernels(variant));
  const bool has_output = std::any_of(tensors.begin(), tensors.end(),
                                      [](const auto& named) { return named.first == kOutput; });
  std::vector<Taken> taken;
  std::vector<ggml_tensor*> left_tensors;
  std::map<std::string, int> left;
  for (const auto& named : tensors) {
    ggml_tensor* const tensor = named.second;
    kernels::WeightMatrix matrix{};
    if (ggml_n_dims(tensor) < 2 || !is_multiplied_with(named.first, has_output)) continue;
    const bool known = std::any_of(taken.begin(), taken.end(),
                                   [&](const Taken& other) { return other.tensor == tensor; });
    if (known) continue;
    if (!block_format(tensor->type, matrix.format) || ggml_n_dims(tensor) != 2 ||
        !ggml_is_contiguous(tensor) || tensor->buffer == nullptr || tensor->extra != nullptr ||
        !ggml_backend_buffer_is_host(tensor->buffer)) {
      ++left[ggml_type_name(tensor->type)];
      if (tensor->buffer != nullptr && tensor->extra == nullptr &&
          ggml_backend_buffer_is_host(tensor->buffer)) {
        left_tensors.push_back(tensor);
      }
      continue;
    }
    matrix.data = static_cast<const std::byte*>(tensor->data);
    matrix.row_bytes = tensor->nb[1];
    matrix.rows = static_cast<std::size_t>(tensor->ne[1]);
    matrix.columns = static_cast<std::size_t>(tensor->ne[0]);
    taken.push_back({tensor, matrix, result->bytes_});
    result->bytes_ += rounded_up(kernels::panels_bytes(matrix.format, matrix.rows, matrix.columns),
                                 kernels::kGroup * 2);
  }
  for (const auto& [type, count] : left) {
    result->left_ += (result->left_.empty() ? "left to llama.cpp: " : ", ") +
                     std::to_string(count) + " of " + type;
  }
  const std::string left_text = result->left_.empty() ? "" : "; " + result->left_;
  if (taken.empty()) {
    result->why_not_ = "they support none of the weights' types" + left_text;
    // Attention does not depend on them.
    for (ggml_tensor* tensor : left_tensors) result->note(*tensor, {});
    return result;
  }
  if (result->bytes_ > options.most_memory) {
    result->why_not_ = "the weights in panels need " + std::to_string(result->bytes_ >> 20) +
                       " MiB, but only " + std::to_string(options.most_memory >> 20) +
                       " MiB are free for it";
    result->bytes_ = 0;
    return result;
  }
  result->panels_ = platform::allocate_large_pages(result->bytes_);
  if (!result->panels_) {
    result->why_not_ =
        "there are not " + std::to_string(result->bytes_ >> 20) + " MiB of free memory";
    result->bytes_ = 0;
    return result;
  }
  if (!result->pack(taken, options.threads, progress)) {
    return fail(ErrorCode::Cancelled, "the load was cancelled");
  }
  for (const Taken& weight : taken) {
    result->note(*weight.tensor,
                 {.panels = result->panels_.get() + weight.offset, .format = weight.matrix.format});
  }
  for (ggml_tensor* tensor : left_tensors) result->note(*tensor, {});
  result->return_pages(taken);
  result->weights_ = taken.size();
  result->summary_ = std::string(variant.name) + ": " + std::to_string(taken.size()) +
                     " weights in panels, " + std::to_string(result->bytes_ >> 20) +
                     " MiB instead of " + std::to_string(result->returned_ >> 20) + " MiB" +
                     left_text;
  return result;
}

bool ModelKernels::pack(const std::vector<Taken>& taken, unsigned threads, LoadProgress& progress) {
  constexpr std::size_t kPanelsAtOnce = 16;
  struct Piece {
    const Taken* weight;
    std::size_t begin;
    std::size_t end;
  };
  std::vector<Piece> pieces;
  for (const Taken& weight : taken) {
    const std::size_t panels = kernels::panel_count(weight.matrix.rows);
    for (std::size_t begin = 0; begin < panels; begin += kPanelsAtOnce) {
      pieces.push_back({&weight, begin, std::min(panels, begin + kPanelsAtOnce)});
    }
  }
  std::atomic<std::size_t> next{0};
  std::atomic<bool> cancelled{false};
  const auto work = [&](bool reports) {
    for (std::size_t i = next++; i < pieces.size() && !cancelled; i = next++) {
      const Piece& piece = pieces[i];
      kernels::pack_panels(piece.weight->matrix, piece.begin, piece.end,
                           panels_.get() + piece.weight->offset);
      const auto fraction = static_cast<float>(i) / static_cast<float>(pieces.size());
      if (reports && !progress.on_progress(fraction)) cancelled = true;
    }
  };
  JoinedThreads others;
  try {
    for (unsigned i = 1; i < threads; ++i) others.start([&work] { work(false); });
  } catch (const NoThread&) {
    // Those that are there do it, only slower.
  }
  work(true);
  others.join();
  return !cancelled && progress.on_progress(1);
}

void ModelKernels::return_pages(const std::vector<Taken>& taken) {
  // Of a mapped file only: other memory would come back as zeros.
  constexpr std::string_view kMapped = "CPU_Mapped";
  for (const Taken& weight : taken) {
    if (ggml_backend_buffer_name(weight.tensor->buffer) != kMapped) continue;
    returned_ += platform::give_back(weight.tensor->data, ggml_nbytes(weight.tensor));
  }
}

void ModelKernels::note(ggml_tensor& tensor, WeightNote note) {
  note.model = this;
  notes_.push_back(std::make_unique<WeightNote>(note));
  tensor.extra = notes_.back().get();
  tensors_.push_back(&tensor);
}

void ModelKernels::keep_order(ggml_tensor& cache) {
  constexpr std::string_view kKeys = "cache_k";
  if (cache.extra != nullptr || std::string_view(cache.name).substr(0, kKeys.size()) != kKeys) {
    return;
  }
  const MutexLock lock(mutex_);
  orders_.push_back(std::make_unique<CellOrder>(static_cast<std::size_t>(ggml_nrows(&cache))));
  cache.extra = orders_.back().get();
}

ModelKernels::~ModelKernels() {
  for (ggml_tensor* tensor : tensors_) tensor->extra = nullptr;
}

}  // namespace pcai::backend::llamacpp

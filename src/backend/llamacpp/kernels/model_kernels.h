#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/inference_backend.h"
#include "backend/llamacpp/kernels/cell_order.h"
#include "backend/llamacpp/kernels/weight_note.h"
#include "core/mutex.h"
#include "kernels/variant.h"
#include "platform/memory.h"

namespace pcai::backend::llamacpp {

/// The weights of a loaded model in panels, for our kernels. The pages of the model's file that
/// hold these weights are given back to the system, which reads them again if they are used.
/// Destroy it before the model, but after every context of the model.
class ModelKernels {
 public:
  struct Options {
    unsigned threads = 1;           // for packing
    std::uint64_t most_memory = 0;  // bytes for the panels; if they need more there are none
  };

  /// Packs the weights among a model's tensors and marks the tensors. `progress` goes from 0 to 1.
  /// Fails with Cancelled. If memory is short it takes nothing, and if no weight is of a known
  /// format only attention and gates; why_not() says why.
  using NamedTensors = std::vector<std::pair<std::string, ggml_tensor*>>;
  static Result<std::unique_ptr<ModelKernels>> create(const NamedTensors& tensors,
                                                      const kernels::Variant& variant,
                                                      const Options& options,
                                                      LoadProgress& progress);

  ~ModelKernels();
  ModelKernels(const ModelKernels&) = delete;
  ModelKernels& operator=(const ModelKernels&) = delete;

  const kernels::Variant& variant() const noexcept { return variant_; }

  /// False: mainline computes everything, from the next step on. For benchmarks and tests.
  void enable(bool on) noexcept { enabled_.store(on, std::memory_order_relaxed); }
  bool enabled() const noexcept { return enabled_.load(std::memory_order_relaxed); }

  std::uint64_t bytes() const noexcept { return bytes_; }               // of all panels
  std::uint64_t returned() const noexcept { return returned_; }         // bytes of the file's pages
  std::size_t weights() const noexcept { return weights_; }             // in panels
  const std::string& why_not() const noexcept { return why_not_; }      // empty: some are in panels
  const std::string& left() const noexcept { return left_; }            // empty: all are taken
  const std::string& summary() const noexcept { return summary_; }      // one line for the log
  std::uint64_t products() const noexcept { return products_.load(); }  // computed by us
  void count_product() noexcept { products_.fetch_add(1, std::memory_order_relaxed); }
  std::uint64_t attentions() const noexcept { return attentions_.load(); }
  void count_attention() noexcept { attentions_.fetch_add(1, std::memory_order_relaxed); }

  /// If this tensor is a cache of keys, keeps the order in which its cells are written from now on.
  /// The thread that plans a graph calls it.
  void keep_order(ggml_tensor& cache);

 private:
  struct Taken {
    ggml_tensor* tensor;
    kernels::WeightMatrix matrix;
    std::size_t offset;  // of its panels
  };

  explicit ModelKernels(const kernels::Variant& variant) : variant_(variant) {}

  bool pack(const std::vector<Taken>& taken, unsigned threads, LoadProgress& progress);
  void note(ggml_tensor& tensor, WeightNote note);
  void return_pages(const std::vector<Taken>& taken);

  const kernels::Variant variant_;
  std::atomic<bool> enabled_{true};
  std::atomic<std::uint64_t> products_{0};
  std::atomic<std::uint64_t> attentions_{0};
  Mutex mutex_;
  std::vector<std::unique_ptr<CellOrder>> orders_ GUARDED_BY(mutex_);
  std::uint64_t bytes_ = 0;
  std::uint64_t returned_ = 0;
  std::size_t weights_ = 0;
  platform::LargePages panels_;
  std::vector<std::unique_ptr<WeightNote>> notes_;
  std::vector<ggml_tensor*> tensors_;
  std::string why_not_;
  std::string left_;
  std::string summary_;
};

/// The kernels of the model whose weight made the first input of this node, directly or through
/// views, norms and the like; null if there are none.
ModelKernels* model_of(const ggml_tensor& node) noexcept;

/// Our format for a type of ggml. Returns false if there is none.
bool block_format(ggml_type type, kernels::BlockFormat& format) noexcept;

}  // namespace pcai::backend::llamacpp

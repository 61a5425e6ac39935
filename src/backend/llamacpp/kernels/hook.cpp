// The one file that sees private headers of ggml and llama.cpp, of the same tree that is linked.
#include "backend/llamacpp/kernels/hook.h"

#include <ggml-cpu-impl.h>
#include <ggml-cpu.h>
#include <llama-model.h>
#include <traits.h>

#include <cstdint>
#include <mutex>

#include "backend/llamacpp/kernels/attention_node.h"
#include "backend/llamacpp/kernels/cell_order.h"
#include "backend/llamacpp/kernels/gate_node.h"
#include "backend/llamacpp/kernels/matrix_product.h"
#include "backend/llamacpp/kernels/model_kernels.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kAlignment = 64;

Team team_of(const ggml_compute_params& params) {
  const auto start = reinterpret_cast<std::uintptr_t>(params.wdata);
  const std::uintptr_t aligned = (start + kAlignment - 1) / kAlignment * kAlignment;
  return {.index = params.ith,
          .count = params.nth,
          .work = reinterpret_cast<std::byte*>(aligned),
          .pool = params.threadpool};
}

class MatrixProducts final : public ggml::cpu::tensor_traits {
 public:
  bool work_size(int, const ggml_tensor* node, std::size_t& size) override {
    size = matrix_product::work_bytes(*node) + kAlignment;
    return true;
  }
  bool compute_forward(ggml_compute_params* params, ggml_tensor* node) override {
    matrix_product::compute(*node, team_of(*params));
    return true;
  }
};

class Attentions final : public ggml::cpu::tensor_traits {
 public:
  bool work_size(int threads, const ggml_tensor* node, std::size_t& size) override {
    size = attention_node::work_bytes(*node, threads) + kAlignment;
    return true;
  }
  bool compute_forward(ggml_compute_params* params, ggml_tensor* node) override {
    attention_node::compute(*node, team_of(*params));
    return true;
  }
};

class Gates final : public ggml::cpu::tensor_traits {
 public:
  bool work_size(int, const ggml_tensor*, std::size_t&) override { return true; }
  bool compute_forward(ggml_compute_params* params, ggml_tensor* node) override {
    gate_node::compute(*node, team_of(*params));
    return true;
  }
};

/// Watches what is written into KV caches; mainline writes it.
class CacheWrites final : public ggml::cpu::tensor_traits {
 public:
  bool work_size(int, const ggml_tensor* node, std::size_t&) override {
    if (ModelKernels* model = model_of(*node)) model->keep_order(*node->view_src);
    return false;
  }
  bool compute_forward(ggml_compute_params* params, ggml_tensor* node) override {
    if (params->ith == 0) {
      if (CellOrder* order = CellOrder::of(*node->view_src)) order->note(*node);
    }
    return false;
  }
};

/// ggml turns numbers in pairs, and one that is told to turn none never ends. Only the header's
/// numbers decide it, so that a model's first step shows it (load/first_step.h).
void check_rope(const ggml_tensor& node) {
  constexpr std::size_t kDimensions = 1;  // of a rope's parameters
  GGML_ASSERT(node.op_params[kDimensions] > 0 && "rope.dimension_count is 0");
}

/// No buffer is ever of this type: it is in the list only to be asked what it takes.
class OurKernels final : public ggml::cpu::extra_buffer_type {
 public:
  bool supports_op(ggml_backend_dev_t, const ggml_tensor*) override { return false; }

  ggml::cpu::tensor_traits* get_tensor_traits(const ggml_tensor* node) override {
    switch (node->op) {
      case GGML_OP_MUL_MAT: return matrix_product::takes(*node) ? &products_ : nullptr;
      case GGML_OP_FLASH_ATTN_EXT: return attention_node::takes(*node) ? &attentions_ : nullptr;
      case GGML_OP_GLU: return gate_node::takes(*node) ? &gates_ : nullptr;
      case GGML_OP_ROPE: check_rope(*node); return nullptr;
      case GGML_OP_SET_ROWS: return node->view_src != nullptr ? &writes_ : nullptr;
      default: return nullptr;
    }
  }

 private:
  MatrixProducts products_;
  Attentions attentions_;
  Gates gates_;
  CacheWrites writes_;
};

void install() {
  ggml_backend_dev_t cpu = ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU);
  ggml_backend_reg_t registry = ggml_backend_dev_backend_reg(cpu);
  const auto loaders_list = reinterpret_cast<ggml_backend_dev_get_extra_bufts_t>(
      ggml_backend_reg_get_proc_address(registry, "ggml_backend_dev_get_extra_bufts"));
  // The loader's copy of the list is made at the first call: it must not offer ours for weights.
  loaders_list(cpu);
  static OurKernels kernels;
  static ggml_backend_buffer_type type = {
      .iface = {.get_name = [](ggml_backend_buffer_type_t) { return "PCAI"; },
                .alloc_buffer = [](ggml_backend_buffer_type_t,
                                   std::size_t) -> ggml_backend_buffer_t { return nullptr; },
                .get_alignment = [](ggml_backend_buffer_type_t) { return kAlignment; },
                .get_max_size = nullptr,
                .get_alloc_size = nullptr,
                .is_host = nullptr},
      .device = cpu,
      .context = &kernels};
  std::vector<ggml_backend_buffer_type_t>& list = ggml_backend_cpu_get_extra_buffer_types();
  list.insert(list.begin(), &type);
}

}  // namespace

void Team::barrier() const {
  ggml_barrier(pool);
}

void Team::begin_chunks() const {
  ggml_threadpool_chunk_set(pool, count);
}

int Team::next_chunk() const {
  return ggml_threadpool_chunk_add(pool, 1);
}

void install_hook() {
  static std::once_flag once;
  std::call_once(once, install);
}

const std::vector<std::pair<std::string, ggml_tensor*>>& tensors_of(const llama_model& model) {
  return llama_internal_get_tensor_map(&model);
}

}  // namespace pcai::backend::llamacpp

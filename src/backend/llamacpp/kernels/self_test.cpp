#include "backend/llamacpp/kernels/self_test.h"

#include <ggml-backend.h>
#include <ggml-cpu.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <memory>
#include <string_view>
#include <vector>

#include "backend/llamacpp/kernels/hook.h"
#include "backend/llamacpp/kernels/model_kernels.h"
#include "platform/environment.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::int64_t kColumns = 256;
constexpr std::int64_t kRows = 168;  // the last panel is not full
constexpr std::int64_t kTokens = 18;
constexpr std::int64_t kHeadSize = 32;
constexpr std::int64_t kHeads = 4;  // two read one head of the cache
constexpr std::int64_t kCells = 70;
constexpr std::string_view kMask = "mask";

struct FreeGgml {
  void operator()(ggml_context* context) const noexcept { ggml_free(context); }
  void operator()(ggml_backend* backend) const noexcept { ggml_backend_free(backend); }
  void operator()(ggml_backend_buffer* buffer) const noexcept { ggml_backend_buffer_free(buffer); }
};
template <class T>
using Owned = std::unique_ptr<T, FreeGgml>;

/// Numbers like weights and activations, always the same.
std::vector<float> numbers(std::int64_t count, unsigned seed) {
  std::vector<float> result(static_cast<std::size_t>(count));
  for (float& value : result) {
    seed = seed * 1664525U + 1013904223U;
    value = static_cast<float>(static_cast<double>(seed) / 4294967296.0 - 0.5);
  }
  return result;
}

/// A weight times activations, and perhaps a node that takes the product further.
class TestGraph {
 public:
  using Further = ggml_tensor* (*)(ggml_context* context, ggml_tensor* product);

  TestGraph(ggml_type type, Further further, int threads) {
    context_.reset(ggml_init({.mem_size = 32 * ggml_tensor_overhead() + ggml_graph_overhead(),
                              .mem_buffer = nullptr,
                              .no_alloc = true}));
    backend_.reset(ggml_backend_cpu_init());
    ggml_backend_cpu_set_n_threads(backend_.get(), threads);
    weight_ = ggml_new_tensor_2d(context_.get(), type, kColumns, kRows);
    ggml_tensor* activations = ggml_new_tensor_2d(context_.get(), GGML_TYPE_F32, kColumns, kTokens);
    ggml_tensor* product = ggml_mul_mat(context_.get(), weight_, activations);
    result_ = further != nullptr ? further(context_.get(), product) : product;
    graph_ = ggml_new_graph(context_.get());
    ggml_build_forward_expand(graph_, result_);
    buffer_.reset(ggml_backend_alloc_ctx_tensors(context_.get(), backend_.get()));
    for (ggml_tensor* tensor = ggml_get_first_tensor(context_.get()); tensor != nullptr;
         tensor = ggml_get_next_tensor(context_.get(), tensor)) {
      if (tensor->op == GGML_OP_NONE) fill(*tensor);
    }
  }

  ggml_tensor& weight() { return *weight_; }

  std::vector<float> compute() {
    std::vector<float> result(static_cast<std::size_t>(ggml_nelements(result_)), NAN);
    ggml_backend_tensor_set(result_, result.data(), 0, result.size() * sizeof(float));
    ggml_backend_graph_compute(backend_.get(), graph_);
    ggml_backend_tensor_get(result_, result.data(), 0, result.size() * sizeof(float));
    return result;
  }

 private:
  static void fill(ggml_tensor& tensor) {
    std::vector<float> values = numbers(ggml_nelements(&tensor), 1);
    if (std::string_view(tensor.name) == kMask) {
      for (float& value : values) value = value < -0.2F ? -INFINITY : 0.0F;
    }
    if (tensor.type == GGML_TYPE_F32) {
      ggml_backend_tensor_set(&tensor, values.data(), 0, values.size() * sizeof(float));
      return;
    }
    std::vector<std::byte> bytes(ggml_nbytes(&tensor));
    ggml_quantize_chunk(tensor.type, values.data(), bytes.data(), 0, ggml_nrows(&tensor),
                        tensor.ne[0], nullptr);
    ggml_backend_tensor_set(&tensor, bytes.data(), 0, bytes.size());
  }

  Owned<ggml_context> context_;
  Owned<ggml_backend> backend_;
  Owned<ggml_backend_buffer> buffer_;
  ggml_tensor* weight_ = nullptr;
  ggml_tensor* result_ = nullptr;
  ggml_cgraph* graph_ = nullptr;
};

ggml_tensor* attention(ggml_context* context, ggml_tensor* product) {
  ggml_tensor* heads = ggml_view_3d(context, product, kHeadSize, kHeads, kTokens,
                                    kHeadSize * sizeof(float), product->nb[1], 0);
  ggml_tensor* keys = ggml_new_tensor_3d(context, GGML_TYPE_F16, kHeadSize, kCells, kHeads / 2);
  ggml_tensor* values = ggml_new_tensor_3d(context, GGML_TYPE_F16, kHeadSize, kCells, kHeads / 2);
  ggml_tensor* mask = ggml_new_tensor_2d(context, GGML_TYPE_F16, kCells, kTokens);
  ggml_set_name(mask, kMask.data());
  return ggml_flash_attn_ext(context, ggml_permute(context, heads, 0, 2, 1, 3), keys, values, mask,
                             0.2F, 0, 0);
}

template <ggml_glu_op Gate>
ggml_tensor* gate(ggml_context* context, ggml_tensor* product) {
  return ggml_glu_split(context, product, product, Gate);
}

/// Both round activations to 8 bits, in groups of other sizes for K-quants.
bool agree(const std::vector<float>& mainline, const std::vector<float>& ours) {
  constexpr float kBound = 0.03F;
  float largest = 0;
  float difference = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    largest = std::max(largest, std::fabs(mainline[i]));
    difference = std::max(difference, std::fabs(mainline[i] - ours[i]));
    if (!std::isfinite(ours[i])) return false;
  }
  return largest > 0 && difference <= kBound * largest;
}

kernels::Variant broken(kernels::Variant variant) {
  variant.name = "broken on purpose";
  variant.multiply = [](const kernels::Multiply& task, std::size_t first, std::size_t last) {
    kernels::multiply_oracle(task, first, last);
    task.out[0] += 1000;
  };
  return variant;
}

KernelChoice choose() {
  install_hook();
  static std::vector<kernels::Variant> variants = kernels::usable_variants();
  if (platform::variable("PCAI_TEST_BROKEN_KERNELS")) {
    for (kernels::Variant& variant : variants) variant = broken(variant);
  }
  KernelChoice choice;
  if (variants.empty()) choice.why_not = "this processor has none";
  for (const kernels::Variant& variant : variants) {
    const std::string difference = self_test(variant);
    if (difference.empty()) {
      choice.variant = &variant;
      break;
    }
    if (!choice.why_not.empty()) choice.why_not += "; ";
    choice.why_not += std::string(variant.name) + " failed its self-test: " + difference;
    spdlog::warn("kernels: {} failed its self-test and is not used: {}", variant.name, difference);
  }
  return choice;
}

}  // namespace

std::string self_test(const kernels::Variant& variant, int threads) {
  struct Case {
    std::string name;
    ggml_type type;
    TestGraph::Further further;
  };
  std::vector<Case> cases;
  for (const ggml_type type : {GGML_TYPE_Q4_0, GGML_TYPE_Q4_1, GGML_TYPE_Q5_0, GGML_TYPE_Q5_1,
                               GGML_TYPE_Q8_0, GGML_TYPE_Q4_K, GGML_TYPE_Q5_K, GGML_TYPE_Q6_K}) {
    cases.push_back({ggml_type_name(type), type, nullptr});
  }
  cases.push_back({"attention", GGML_TYPE_Q8_0, attention});
  cases.push_back({"SwiGLU", GGML_TYPE_Q8_0, gate<GGML_GLU_OP_SWIGLU>});
  cases.push_back({"GEGLU", GGML_TYPE_Q8_0, gate<GGML_GLU_OP_GEGLU>});
  for (const Case& each : cases) {
    TestGraph graph(each.type, each.further, threads);
    const std::vector<float> mainline = graph.compute();
    NoProgress unwatched;
    const ModelKernels::Options options{.threads = static_cast<unsigned>(threads),
                                        .most_memory = std::uint64_t{16} << 20};
    const auto kernels =
        ModelKernels::create({{"weight", &graph.weight()}}, variant, options, unwatched).value();
    const std::vector<float> ours = graph.compute();
    if (kernels->products() != 1) return each.name + " was not asked for by ggml";
    if (!agree(mainline, ours)) return each.name;
  }
  return {};
}

const KernelChoice& kernel_choice() {
  static const KernelChoice choice = choose();
  return choice;
}

}  // namespace pcai::backend::llamacpp

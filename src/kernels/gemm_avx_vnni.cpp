// AVX-VNNI: vpdpbusd in 256 bits, for processors without AVX-512.
#include "kernels/gemm_256.h"

namespace pcai::kernels {
namespace {

class Dot {
 public:
  static constexpr int kTokens = 4;
  static constexpr bool kTakesSigned = false;

  template <int V>
  void add(__m256i quants, __m256i activations) {
    sum_ = _mm256_dpbusd_avx_epi32(sum_, quants, activations);
  }
  __m256i sum() const { return sum_; }

 private:
  __m256i sum_ = _mm256_setzero_si256();
};

/// Keeps the halves of a group apart.
class TwoDots {
 public:
  static constexpr int kTokens = 4;
  [[maybe_unused]] static constexpr bool kTakesSigned = false;

  template <int V>
  void add(__m256i quants, __m256i activations) {
    sums_[V / 4] = _mm256_dpbusd_avx_epi32(sums_[V / 4], quants, activations);
  }
  __m256i low() const { return sums_[0]; }
  __m256i high() const { return sums_[1]; }

 private:
  __m256i sums_[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
};

template <Scales Kind, Quants Stored>
struct Product {
  using Sum = std::conditional_t<Kind == Scales::SuperTwo, TwoDots, Dot>;
  static constexpr PanelTimesTile kFunction = panel_times_tile<Sum, Kind, Stored>;
};

}  // namespace

void multiply_avx_vnni(const Multiply& task, std::size_t first_panel, std::size_t last_panel) {
  for_each_panel_and_tile(task, first_panel, last_panel, product_for<Product>(task.layout));
}

}  // namespace pcai::kernels

#include "backend/llamacpp/plan/step_costs.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

namespace pcai::backend::llamacpp {
namespace {

constexpr double kMaxMs = 200;     // for all of it, as far as one can know beforehand
constexpr std::uint32_t kFew = 8;  // tokens of the steps that tell what cells cost
constexpr int kTries = 2;          // the fastest counts: others disturb, nobody helps

class Measurement {
 public:
  explicit Measurement(llama_context& context)
      : context_(context), batch_(llama_batch_init(kMaxTokens, 0, 1)) {
    const llama_vocab* vocabulary = llama_model_get_vocab(llama_get_model(&context));
    const llama_token first = llama_vocab_bos(vocabulary);
    token_ = first == LLAMA_TOKEN_NULL ? 0 : first;
  }
  ~Measurement() {
    llama_memory_clear(llama_get_memory(&context_), true);
    llama_batch_free(batch_);
  }
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;

  CostCurve run() {
    const std::uint32_t most = std::min<std::uint32_t>(kMaxTokens, llama_n_ubatch(&context_));
    for (std::uint32_t tokens = 1; tokens <= most && is_worth(tokens); tokens *= 4) {
      if (!add(tokens)) break;
    }
    if (points_.empty()) return {};
    return {points_, ms_per_cell()};
  }

 private:
  static constexpr std::int32_t kMaxTokens = 256;

  /// Whether a step of so many tokens is likely to leave the rest of the time.
  bool is_worth(std::uint32_t tokens) const {
    if (points_.empty()) return true;
    const double likely = points_.back().ms / points_.back().tokens * tokens;
    return spent_ + kTries * std::min(likely, points_.back().ms * 4) <= kMaxMs;
  }

  bool add(std::uint32_t tokens) {
    double best = 0;
    for (int i = 0; i < kTries; ++i) {
      clear();
      const double ms = step(tokens);
      if (ms <= 0) return false;
      best = i == 0 ? ms : std::min(best, ms);
    }
    points_.push_back({tokens, best});
    return true;
  }

  /// Of a cell that a token sees: few tokens after many cells take longer than before all.
  double ms_per_cell() {
    const std::uint32_t cells = points_.back().tokens;
    if (cells < 8 * kFew) return 0;
    double with = 0;
    for (int i = 0; i < kTries; ++i) {
      const double ms = step(kFew);
      if (ms <= 0) return 0;
      with = i == 0 ? ms : std::min(with, ms);
    }
    const double without = CostCurve(points_, 0).ms(kFew, 0);
    return (with - without) / (static_cast<double>(kFew) * cells);
  }

  void clear() {
    llama_memory_clear(llama_get_memory(&context_), false);
    used_ = 0;
  }

  /// Milliseconds; 0 where it failed.
  double step(std::uint32_t tokens) {
    batch_.n_tokens = static_cast<std::int32_t>(tokens);
    for (std::uint32_t i = 0; i < tokens; ++i) {
      batch_.token[i] = token_;
      batch_.pos[i] = static_cast<llama_pos>(used_ + i);
      batch_.n_seq_id[i] = 1;
      batch_.seq_id[i][0] = 0;
      batch_.logits[i] = static_cast<std::int8_t>(i + 1 == tokens);
    }
    const auto begin = std::chrono::steady_clock::now();
    if (llama_decode(&context_, batch_) != 0) return 0;
    llama_synchronize(&context_);
    const std::chrono::duration<double, std::milli> elapsed =
        std::chrono::steady_clock::now() - begin;
    used_ += tokens;
    spent_ += elapsed.count();
    return elapsed.count();
  }

  llama_context& context_;
  llama_batch batch_;
  llama_token token_;
  std::uint32_t used_ = 0;  // cells
  double spent_ = 0;
  std::vector<CostCurve::Point> points_;
};

}  // namespace

CostCurve measure_step_costs(llama_context& context) {
  return Measurement(context).run();
}

}  // namespace pcai::backend::llamacpp

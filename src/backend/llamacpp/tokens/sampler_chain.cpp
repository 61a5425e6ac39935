#include "backend/llamacpp/tokens/sampler_chain.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/parameters/limits.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr float kColdest = 1e-4F;  // dividing logits by less than this is greedy, or overflows

/// The sampler keeps a ring of so many tokens; -1 looks back on everything there can be.
std::int32_t look_back(std::int32_t last_n) {
  return last_n < 0 ? kMaxLookBack : last_n;
}

bool repeats(const GenerateParams& params) {
  return params.repeat_penalty != 1 && params.repeat_last_n != 0;
}

bool penalises(const GenerateParams& params) {
  return (params.frequency_penalty != 0 || params.presence_penalty != 0) &&
         params.repeat_last_n != 0;
}

bool is_dry(const GenerateParams& params) {
  return params.dry_multiplier > 0 && params.dry_penalty_last_n != 0;
}

bool is_cold(const GenerateParams& params) {
  // Mirostat has one temperature.
  return params.temperature + (params.mirostat == 0 ? params.dynatemp_range : 0) < kColdest;
}

std::uint32_t fold_seed(const std::optional<std::uint64_t>& seed) {
  if (!seed) return std::random_device{}();
  const auto folded = static_cast<std::uint32_t>(*seed ^ (*seed >> 32));
  return folded == LLAMA_DEFAULT_SEED ? folded - 1 : folded;  // that one means "random"
}

std::vector<llama_logit_bias> biases(const Tokenizer& tokenizer, const GenerateParams& params) {
  std::vector<llama_logit_bias> biases;
  for (const LogitBias& bias : params.logit_bias) biases.push_back({bias.token, bias.bias});
  if (!params.ignore_eos) return biases;
  for (llama_token token = 0; token < tokenizer.size(); ++token) {
    if (tokenizer.ends(token)) biases.push_back({token, -INFINITY});
  }
  return biases;
}

/// A sampler that has read the prompt.
llama_sampler* after(llama_sampler* sampler, std::span<const Token> prompt) {
  for (const Token token : prompt) {
    if (token >= 0) llama_sampler_accept(sampler, token);  // others stand for media
  }
  return sampler;
}

/// Leaves out the tokens whose probability is 0 in a float: llama.cpp's typical sampling and
/// Mirostat take its logarithm.
llama_sampler* drop_impossible() {
  static llama_sampler_i functions = [] {
    llama_sampler_i made{};
    made.name = [](const llama_sampler*) { return "possible"; };
    made.apply = [](llama_sampler*, llama_token_data_array* tokens) {
      constexpr float kNever = 80;  // e^-80 is about 1e-35
      const std::span<llama_token_data> all(tokens->data, tokens->size);
      const float most = std::ranges::max(all, {}, &llama_token_data::logit).logit;
      const auto left = std::ranges::remove_if(
          all, [most](const llama_token_data& token) { return !(token.logit >= most - kNever); });
      if (left.size() < all.size()) tokens->size -= left.size();
    };
    return made;
  }();
  return llama_sampler_init(&functions, nullptr);
}

class Chain {
 public:
  Chain(const Tokenizer& tokenizer, const GenerateParams& params, std::span<const Token> prompt)
      : tokenizer_(tokenizer),
        params_(params),
        prompt_(prompt),
        keep_(std::max<std::size_t>(params.min_keep, 1)),
        seed_(fold_seed(params.seed)),
        chain_(llama_sampler_chain_init({.no_perf = true})) {}

  LlamaSamplerPtr build() {
    add_changes();
    if (is_cold(params_)) {
      add(llama_sampler_init_greedy());
    } else if (params_.mirostat != 0) {
      add(llama_sampler_init_temp(params_.temperature));
      add(drop_impossible());
      add(mirostat());
    } else {
      add_cuts();
      // Without a range it divides by the temperature.
      add(llama_sampler_init_temp_ext(params_.temperature, params_.dynatemp_range,
                                      params_.dynatemp_exponent));
      add(llama_sampler_init_dist(seed_));
    }
    return std::move(chain_);
  }

 private:
  void add(llama_sampler* sampler) { llama_sampler_chain_add(chain_.get(), sampler); }

  /// What makes tokens more or less likely.
  void add_changes() {
    const std::int32_t size = tokenizer_.size();
    const std::int32_t last_n = look_back(params_.repeat_last_n);
    if (repeats(params_)) {
      add(after(llama_sampler_init_penalties(size, last_n, params_.repeat_penalty, 0, 0), prompt_));
    }
    const auto bias = biases(tokenizer_, params_);
    if (!bias.empty()) {
      add(llama_sampler_init_logit_bias(size, static_cast<std::int32_t>(bias.size()), bias.data()));
    }
    if (penalises(params_)) {
      add(llama_sampler_init_penalties(size, last_n, 1, params_.frequency_penalty,
                                       params_.presence_penalty));
    }
    if (is_dry(params_)) add(after(dry(), prompt_));
  }

  llama_sampler* dry() const {
    std::vector<const char*> breakers;
    for (const std::string& text : params_.dry_sequence_breakers) breakers.push_back(text.c_str());
    // No repetition is longer than what there can be.
    const std::uint64_t all = prompt_.size() + std::uint64_t{params_.max_tokens};
    const auto last_n = static_cast<std::uint64_t>(look_back(params_.dry_penalty_last_n));
    const auto ring = static_cast<std::int32_t>(std::min(last_n, all));
    return llama_sampler_init_dry(tokenizer_.vocab(), params_.dry_multiplier, params_.dry_base,
                                  params_.dry_allowed_length, ring, breakers.data(),
                                  breakers.size());
  }

  /// What leaves tokens out.
  void add_cuts() {
    if (params_.top_n_sigma > 0) add(llama_sampler_init_top_n_sigma(params_.top_n_sigma));
    if (params_.top_k > 0) add(llama_sampler_init_top_k(params_.top_k));
    if (params_.typical_p < 1) {
      add(drop_impossible());
      add(llama_sampler_init_typical(params_.typical_p, keep_));
    }
    if (params_.top_p < 1) add(llama_sampler_init_top_p(params_.top_p, keep_));
    if (params_.min_p > 0) add(llama_sampler_init_min_p(params_.min_p, keep_));
    if (params_.xtc_probability > 0) {
      add(llama_sampler_init_xtc(params_.xtc_probability, params_.xtc_threshold, keep_, seed_));
    }
  }

  llama_sampler* mirostat() const {
    constexpr std::int32_t kEstimated = 100;  // tokens, as in the paper
    if (params_.mirostat == 2) {
      return llama_sampler_init_mirostat_v2(seed_, params_.mirostat_tau, params_.mirostat_eta);
    }
    return llama_sampler_init_mirostat(tokenizer_.size(), seed_, params_.mirostat_tau,
                                       params_.mirostat_eta, kEstimated);
  }

  const Tokenizer& tokenizer_;
  const GenerateParams& params_;
  const std::span<const Token> prompt_;
  const std::size_t keep_;  // that cuts leave
  const std::uint32_t seed_;
  LlamaSamplerPtr chain_;
};

}  // namespace

LlamaSamplerPtr make_sampler_chain(const Tokenizer& tokenizer, const GenerateParams& params,
                                   std::span<const Token> prompt) {
  return Chain(tokenizer, params, prompt).build();
}

bool takes_the_largest(const GenerateParams& params) {
  return is_cold(params) && params.logit_bias.empty() && !params.ignore_eos && !repeats(params) &&
         !penalises(params) && !is_dry(params);
}

}  // namespace pcai::backend::llamacpp

#include "backend/llamacpp/tokens/sampler_chain.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <random>
#include <set>

#include "backend/llamacpp/tokens/sampler.h"
#include "llamacpp/loaded_weights.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kTokens = 2000;  // that have a chance
constexpr int kRounds = 40;

using Kept = std::map<Token, float>;  // with their probabilities

/// Our chain against llama.cpp's own samplers in the order of its common_sampler_init, each of them
/// added whether it is off or not.
class SamplerChainTest : public LoadedWeightsTest {
 protected:
  void SetUp() override {
    LoadedWeightsTest::SetUp();
    if (!IsSkipped()) tokenizer_.emplace(weights());
  }

  std::vector<llama_token_data> random_logits() {
    std::normal_distribution<float> logit(0,
                                          std::uniform_real_distribution<float>(0.5F, 6)(random_));
    std::vector<llama_token_data> logits;
    for (std::size_t i = 0; i < kTokens; ++i) {
      logits.push_back({static_cast<llama_token>(i), logit(random_), 0});
    }
    return logits;
  }

  float number(float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random_);
  }

  bool coin() { return std::bernoulli_distribution(0.5)(random_); }

  /// What every test draws from; seeded so that both chains draw alike.
  GenerateParams random_params() {
    GenerateParams params;
    params.seed = std::uniform_int_distribution<std::uint64_t>(1, 1U << 30)(random_);
    params.temperature = number(0.3F, 2);
    params.top_k = coin() ? 40 : 0;
    params.top_p = coin() ? number(0.5F, 1) : 1;
    params.min_p = coin() ? number(0, 0.2F) : 0;
    return params;
  }

  LlamaSamplerPtr reference(const GenerateParams& params, std::span<const Token> prompt) const {
    const auto seed = static_cast<std::uint32_t>(*params.seed);
    const std::size_t keep = params.min_keep;
    LlamaSamplerPtr chain(llama_sampler_chain_init({.no_perf = true}));
    const auto add = [&chain](llama_sampler* sampler) {
      llama_sampler_chain_add(chain.get(), sampler);
    };
    if (params.mirostat != 0) {
      add(llama_sampler_init_temp(params.temperature));
      add(params.mirostat == 1
              ? llama_sampler_init_mirostat(tokenizer_->size(), seed, params.mirostat_tau,
                                            params.mirostat_eta, 100)
              : llama_sampler_init_mirostat_v2(seed, params.mirostat_tau, params.mirostat_eta));
      return chain;
    }
    std::vector<const char*> breakers;
    for (const std::string& text : params.dry_sequence_breakers) breakers.push_back(text.c_str());
    add(llama_sampler_init_dry(tokenizer_->vocab(), params.dry_multiplier, params.dry_base,
                               params.dry_allowed_length, params.dry_penalty_last_n,
                               breakers.data(), breakers.size()));
    add(llama_sampler_init_top_n_sigma(params.top_n_sigma));
    add(llama_sampler_init_top_k(params.top_k));
    add(llama_sampler_init_typical(params.typical_p, keep));
    add(llama_sampler_init_top_p(params.top_p, keep));
    add(llama_sampler_init_min_p(params.min_p, keep));
    add(llama_sampler_init_xtc(params.xtc_probability, params.xtc_threshold, keep, seed));
    add(llama_sampler_init_temp_ext(params.temperature, params.dynatemp_range,
                                    params.dynatemp_exponent));
    add(llama_sampler_init_dist(seed));
    for (const Token token : prompt) llama_sampler_accept(chain.get(), token);
    return chain;
  }

  struct Outcome {
    Kept kept;
    Token selected;
  };

  static Outcome apply(llama_sampler& chain, std::vector<llama_token_data> logits) {
    llama_token_data_array array{logits.data(), logits.size(), -1, false};
    llama_sampler_apply(&chain, &array);
    Outcome outcome{{}, array.data[array.selected].id};
    for (std::size_t i = 0; i < array.size; ++i) {
      if (array.data[i].p > 0) outcome.kept[array.data[i].id] = array.data[i].p;
    }
    llama_sampler_accept(&chain, outcome.selected);
    return outcome;
  }

  /// Several tokens of each of many random requests, which `vary` turns on.
  void expect_the_same(const std::function<void(GenerateParams&)>& vary,
                       std::vector<Token> prompt = {1, 2, 3}, int rounds = kRounds) {
    for (int round = 0; round < rounds; ++round) {
      GenerateParams params = random_params();
      vary(params);
      const LlamaSamplerPtr ours = make_sampler_chain(*tokenizer_, params, prompt);
      const LlamaSamplerPtr theirs = reference(params, prompt);
      for (int i = 0; i < 4; ++i) {
        SCOPED_TRACE("round " + std::to_string(round) + ", token " + std::to_string(i));
        const auto logits = random_logits();
        const Outcome a = apply(*ours, logits);
        const Outcome b = apply(*theirs, logits);
        EXPECT_EQ(a.selected, b.selected);
        ASSERT_EQ(a.kept.size(), b.kept.size());
        for (const auto& [token, probability] : a.kept) {
          ASSERT_TRUE(b.kept.contains(token)) << token;
          EXPECT_NEAR(probability, b.kept.at(token), 1e-6) << token;
        }
      }
    }
  }

  std::optional<Tokenizer> tokenizer_;
  std::mt19937 random_{20240607};
};

TEST_F(SamplerChainTest, WithoutTheNewOnesItIsAsEver) {
  expect_the_same([](GenerateParams&) {});
}

TEST_F(SamplerChainTest, TypicalPKeepsWhatLlamaCppKeeps) {
  expect_the_same([this](GenerateParams& params) { params.typical_p = number(0.1F, 0.99F); });
}

TEST_F(SamplerChainTest, TypicalPIsNotDeceivedByWhatIsBanned) {
  GenerateParams params{.temperature = 1, .top_p = 1, .top_k = 0};
  params.typical_p = 0.9F;
  params.seed = 1;
  auto logits = random_logits();
  const Outcome without =
      apply(*make_sampler_chain(*tokenizer_, params, {}), {logits.begin() + 1, logits.end()});
  logits[0].logit = -INFINITY;
  const Outcome banned = apply(*make_sampler_chain(*tokenizer_, params, {}), logits);
  EXPECT_EQ(banned.kept.size(), without.kept.size());
  EXPECT_FALSE(banned.kept.contains(0));
}

TEST_F(SamplerChainTest, TopNSigmaKeepsWhatLlamaCppKeeps) {
  expect_the_same([this](GenerateParams& params) { params.top_n_sigma = number(0.5F, 3); });
}

TEST_F(SamplerChainTest, DynamicTemperatureIsLlamaCpps) {
  expect_the_same([this](GenerateParams& params) {
    params.dynatemp_range = number(0.1F, 2);
    params.dynatemp_exponent = number(0.5F, 2);
  });
}

TEST_F(SamplerChainTest, XtcKeepsWhatLlamaCppKeeps) {
  expect_the_same([this](GenerateParams& params) {
    params.xtc_probability = number(0.3F, 1);
    params.xtc_threshold = number(0.01F, 0.2F);
    params.min_keep = coin() ? 3 : 0;
  });
}

TEST_F(SamplerChainTest, DryPunishesWhatLlamaCppPunishes) {
  std::vector<Token> prompt;
  std::uniform_int_distribution<Token> word(100, 103);
  for (int i = 0; i < 60; ++i) prompt.push_back(word(random_));
  expect_the_same(
      [&](GenerateParams& params) {
        params.dry_multiplier = number(0.1F, 2);
        params.dry_base = number(1, 3);
        params.dry_allowed_length = coin() ? 1 : 3;
        params.dry_penalty_last_n = coin() ? 64 : 20;
        params.dry_sequence_breakers.clear();
        if (coin()) params.dry_sequence_breakers = {"the"};
      },
      prompt, 10);

  GenerateParams params{.temperature = 0};
  params.dry_multiplier = 5;
  const std::vector<Token> again = {100, 101, 102, 103, 100, 101, 102};
  auto logits = random_logits();
  logits[103].logit = 20;
  logits[104].logit = 19;
  EXPECT_EQ(apply(*make_sampler_chain(*tokenizer_, params, again), logits).selected, 104);
  params.dry_penalty_last_n = 0;
  EXPECT_EQ(apply(*make_sampler_chain(*tokenizer_, params, again), logits).selected, 103);
}

TEST_F(SamplerChainTest, MirostatIsLlamaCppsFromTokenToToken) {
  for (const int version : {1, 2}) {
    expect_the_same([&](GenerateParams& params) {
      params.mirostat = version;
      params.mirostat_tau = number(1, 8);
      params.mirostat_eta = number(0.05F, 0.5F);
      params.temperature = 1;  // so that nothing is impossible
    });
  }
}

TEST_F(SamplerChainTest, MinKeepIsWhatCutsLeave) {
  expect_the_same([this](GenerateParams& params) {
    params.min_keep = 5;
    params.top_p = number(0.01F, 0.3F);
    params.min_p = number(0.3F, 0.9F);
    params.typical_p = coin() ? number(0.01F, 0.5F) : 1;
  });
}

TEST_F(SamplerChainTest, TheSameSeedDrawsTheSameTokensByEverySampler) {
  const std::vector<std::function<void(GenerateParams&)>> all = {
      [](auto& p) { p.typical_p = 0.8F; },      [](auto& p) { p.top_n_sigma = 1; },
      [](auto& p) { p.dynatemp_range = 0.5F; }, [](auto& p) { p.xtc_probability = 0.5F; },
      [](auto& p) { p.dry_multiplier = 0.8F; }, [](auto& p) { p.mirostat = 1; },
      [](auto& p) { p.mirostat = 2; },
  };
  for (const auto& turn_on : all) {
    GenerateParams params{.temperature = 1.5F, .top_p = 1, .top_k = 0};
    params.seed = 42;
    turn_on(params);
    const std::vector<Token> prompt = {1, 2, 3, 1, 2};
    Sampler a(*tokenizer_, params, prompt);
    Sampler b(*tokenizer_, params, prompt);
    std::vector<Token> drawn;
    for (int i = 0; i < 20; ++i) {
      std::vector<float> logits(static_cast<std::size_t>(tokenizer_->size()), -30);
      for (const llama_token_data& token : random_logits()) {
        logits[static_cast<std::size_t>(token.id)] = token.logit;
      }
      drawn.push_back(*a.sample(logits));
      EXPECT_EQ(drawn.back(), *b.sample(logits));
    }
    EXPECT_GT(std::set<Token>(drawn.begin(), drawn.end()).size(), 5U);
  }
}

}  // namespace
}  // namespace pcai::backend::llamacpp

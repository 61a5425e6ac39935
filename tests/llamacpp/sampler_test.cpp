#include "backend/llamacpp/tokens/sampler.h"

#include <cmath>
#include <map>

#include "backend/llamacpp/tokens/token_logprobs.h"
#include "llamacpp/loaded_weights.h"

namespace pcai::backend::llamacpp {
namespace {

/// Logits in which token 100 is most likely, then 101, 102; all others are far behind.
class SamplerTest : public LoadedWeightsTest {
 protected:
  void SetUp() override {
    LoadedWeightsTest::SetUp();
    if (IsSkipped()) return;
    tokenizer_.emplace(weights());
    logits_.assign(static_cast<std::size_t>(tokenizer_->size()), -20.0F);
    logits_[100] = 3;
    logits_[101] = 2;
    logits_[102] = 1;
  }

  Sampler sampler(const GenerateParams& params, std::vector<Token> prompt = {}) const {
    return Sampler(*tokenizer_, params, prompt);
  }

  std::map<Token, int> count(const GenerateParams& params, int draws) {
    std::map<Token, int> counts;
    for (int i = 0; i < draws; ++i) {
      GenerateParams one = params;
      one.seed = static_cast<std::uint64_t>(i);
      ++counts[*sampler(one).sample(logits_)];
    }
    return counts;
  }

  std::optional<Tokenizer> tokenizer_;
  std::vector<float> logits_;
};

TEST_F(SamplerTest, TemperatureZeroTakesTheMostLikely) {
  EXPECT_EQ(sampler({.temperature = 0}).sample(logits_), 100);
}

TEST_F(SamplerTest, TheSameSeedDrawsTheSameTokens) {
  GenerateParams params{.temperature = 2, .top_p = 1, .top_k = 0};
  params.seed = 42;
  Sampler a = sampler(params);
  Sampler b = sampler(params);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(a.sample(logits_), b.sample(logits_));
}

TEST_F(SamplerTest, DrawsFollowTheProbabilities) {
  const auto counts = count({.temperature = 1, .top_p = 1, .top_k = 0}, 500);
  const double expected = 1 / (1 + std::exp(-1.0) + std::exp(-2.0));
  EXPECT_NEAR(counts.at(100) / 500.0, expected, 0.08);
  EXPECT_GT(counts.at(101), counts.at(102));
}

TEST_F(SamplerTest, TopKTopPAndMinPLeaveTheRestOut) {
  EXPECT_EQ(count({.temperature = 5, .top_p = 1, .top_k = 2}, 100).size(), 2U);
  EXPECT_EQ(count({.temperature = 1, .top_p = 0.5F, .top_k = 0}, 100).size(), 1U);
  EXPECT_EQ(count({.temperature = 1, .top_p = 1, .top_k = 0, .min_p = 0.2F}, 100).size(), 2U);
}

TEST_F(SamplerTest, ABiasBansOrForcesAToken) {
  GenerateParams params{.temperature = 0};
  params.logit_bias = {{100, -100}};
  EXPECT_EQ(sampler(params).sample(logits_), 101);
  params.logit_bias = {{500, 100}};
  EXPECT_EQ(sampler(params).sample(logits_), 500);
}

TEST_F(SamplerTest, AFrequencyPenaltyCountsWhatWasGenerated) {
  GenerateParams params{.temperature = 0};
  params.frequency_penalty = 1.5F;
  Sampler sampled = sampler(params, {100, 100, 100});  // the prompt does not count
  EXPECT_EQ(sampled.sample(logits_), 100);
  EXPECT_EQ(sampled.sample(logits_), 101);
}

TEST_F(SamplerTest, ARepeatPenaltyCountsThePromptToo) {
  GenerateParams params{.temperature = 0};
  params.repeat_penalty = 2;
  EXPECT_EQ(sampler(params, {100}).sample(logits_), 101);
}

TEST_F(SamplerTest, IgnoreEosNeverEndsTheAnswer) {
  GenerateParams params{.temperature = 0};
  params.ignore_eos = true;
  const Token end = tokenizer_->tokenize("<|im_end|>").value().front();
  logits_[static_cast<std::size_t>(end)] = 50;
  EXPECT_EQ(sampler(params).sample(logits_), 100);
}

TEST_F(SamplerTest, LogprobsAreNormalisedAndSorted) {
  const TokenLogprobs logprobs = token_logprobs(logits_, 101, 3, *tokenizer_);
  const double sum = std::log(std::exp(3.0) + std::exp(2.0) + std::exp(1.0));
  EXPECT_NEAR(logprobs.chosen.logprob, 2 - sum, 1e-3);
  ASSERT_EQ(logprobs.top.size(), 3U);
  EXPECT_EQ(logprobs.top[0].token, 100);
  EXPECT_EQ(logprobs.top[1].token, 101);
  EXPECT_EQ(logprobs.top[2].token, 102);
  EXPECT_FLOAT_EQ(logprobs.top[1].logprob, logprobs.chosen.logprob);
}

}  // namespace
}  // namespace pcai::backend::llamacpp

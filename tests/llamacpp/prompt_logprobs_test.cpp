#include <gtest/gtest.h>
#include <llama.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "backend/recording_sink.h"
#include "llamacpp/loaded_weights.h"
#include "llamacpp/real_model.h"

namespace pcai::backend::llamacpp {
namespace {

struct Scored {
  std::vector<TokenLogprobs> prompt;
  std::vector<TokenLogprobs> answer;
  std::vector<std::int32_t> parts;  // how many of the prompt's tokens came together
  Usage usage;
};

Scored gather(const std::vector<GenerateEvent>& events) {
  Scored scored;
  for (const GenerateEvent& event : events) {
    if (const auto* part = std::get_if<PromptLogprobs>(&event)) {
      scored.prompt.insert(scored.prompt.end(), part->tokens.begin(), part->tokens.end());
      scored.parts.push_back(static_cast<std::int32_t>(part->tokens.size()));
    } else if (const auto* delta = std::get_if<TextDelta>(&event)) {
      scored.answer.insert(scored.answer.end(), delta->logprobs.begin(), delta->logprobs.end());
    } else if (const auto* finished = std::get_if<Finished>(&event)) {
      scored.usage = finished->usage;
    }
  }
  return scored;
}

GenerateRequest score(GenerateRequest request, std::uint32_t alternatives = 5) {
  request.params.logprobs = true;
  request.params.prompt_logprobs = request.params.top_logprobs = alternatives;
  return request;
}

std::shared_ptr<RecordingSink> start(LoadedModel& model, RequestId id, GenerateRequest request) {
  auto sink = std::make_shared<RecordingSink>();
  const Status status = model.submit(id, std::move(request), sink);
  EXPECT_TRUE(status) << status.error().message;
  return sink;
}

/// The steps in which the prompt was computed. The first token came with the first step's rows, and
/// the last one has no row.
std::vector<std::int32_t> steps_of(const Scored& scored) {
  std::vector<std::int32_t> steps = scored.parts;
  --steps.front();
  ++steps.back();
  return steps;
}

/// The log-probabilities of all tokens but the first, by llama.cpp alone: every row, in double,
/// without a line of ours. The steps matter, because mainline's last digits depend on their size.
std::vector<double> direct(llama_model& weights, const std::vector<llama_token>& tokens,
                           const std::vector<std::int32_t>& steps) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = params.n_batch = params.n_ubatch = 2048;
  params.n_threads = params.n_threads_batch = 2;
  const LlamaContextPtr context(llama_init_from_model(&weights, params));
  const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(&weights));
  llama_batch batch = llama_batch_init(static_cast<std::int32_t>(tokens.size()), 0, 1);
  std::vector<double> result;
  llama_pos first = 0;
  for (const std::int32_t step : steps) {
    batch.n_tokens = step;
    for (std::int32_t i = 0; i < step; ++i) {
      batch.token[i] = tokens[static_cast<std::size_t>(first + i)];
      batch.pos[i] = first + i;
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = 0;
      batch.logits[i] = 1;
    }
    EXPECT_EQ(llama_decode(context.get(), batch), 0);
    for (std::int32_t i = 0; i < step && result.size() + 1 < tokens.size(); ++i) {
      const float* logits = llama_get_logits_ith(context.get(), i);
      double sum = 0;
      for (int k = 0; k < vocabulary; ++k) sum += std::exp(static_cast<double>(logits[k]));
      result.push_back(logits[tokens[result.size() + 1]] - std::log(sum));
    }
    first += step;
  }
  llama_batch_free(batch);
  EXPECT_EQ(static_cast<std::size_t>(first), tokens.size());
  return result;
}

class PromptLogprobsTest : public RealModelTest {
 protected:
  /// The ids of a prompt, as the model read it.
  static std::vector<llama_token> ids(const Scored& scored) {
    std::vector<llama_token> ids;
    for (const TokenLogprobs& token : scored.prompt) ids.push_back(token.chosen.token);
    return ids;
  }
};

TEST_F(PromptLogprobsTest, TheyAreThoseOfLlamaCppAlone) {
  capture_llama_log();
  NoProgress progress;
  const auto weights = load_weights({.model_path = path()}, false, progress);
  ASSERT_TRUE(weights) << weights.error().message;
  for (const KernelUse kernels : {KernelUse::Off, KernelUse::Auto}) {
    auto model = load({.model_path = path(), .threads = 2, .kernels = kernels});
    ASSERT_TRUE(model) << model.error().message;
    for (const std::uint32_t size : {2U, 30U, 300U}) {
      GenerateRequest request = score(read(size, 7, 1));
      std::get<TextPrompt>(request.prompt).text += " The capital of France is Paris, not Rome.";
      const Scored scored = gather(start(**model, 1, request)->wait());
      ASSERT_EQ(scored.prompt.size(), scored.usage.prompt_tokens);
      const std::vector<double> expected = direct(**weights, ids(scored), steps_of(scored));
      double worst = 0;
      double sum = 0;
      double expected_sum = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        const double logprob = scored.prompt[i + 1].chosen.logprob;
        worst = std::max(worst, std::abs(logprob - expected[i]));
        sum += logprob;
        expected_sum += expected[i];
      }
      printf("%zu tokens, kernels %s: largest difference %.2g, sums %.4f and %.4f\n",
             scored.prompt.size(), kernels == KernelUse::Off ? "off" : "on", worst, sum,
             expected_sum);
      ASSERT_EQ(expected.size() + 1, scored.prompt.size());
      if (kernels == KernelUse::Off) {
        EXPECT_LT(worst, 1e-5);
      } else {  // our kernels round otherwise than mainline's
        EXPECT_NEAR(sum, expected_sum, 0.1 * static_cast<double>(expected.size()));
      }
    }
  }
}

TEST_F(PromptLogprobsTest, AnAnswerGivenBackAsPromptHasTheProbabilitiesOfTheAnswer) {
  GenerateRequest question = score(read(40, 3, 24));
  question.params.ignore_eos = false;
  const Scored first = gather(start(model(), 11, question)->wait());
  ASSERT_GT(first.answer.size(), 4U);
  TokenPrompt both{ids(first)};
  for (const TokenLogprobs& token : first.answer) both.tokens.push_back(token.chosen.token);
  GenerateRequest again = question;
  again.prompt = both;
  again.params.max_tokens = 1;
  const Scored second = gather(start(model(), 12, again)->wait());
  ASSERT_EQ(second.prompt.size(), both.tokens.size());
  for (std::size_t i = 0; i < first.answer.size(); ++i) {
    const TokenLogprobs& given = second.prompt[first.prompt.size() + i];
    EXPECT_EQ(given.chosen.token, first.answer[i].chosen.token);
    EXPECT_NEAR(given.chosen.logprob, first.answer[i].chosen.logprob, 0.05) << i;
    EXPECT_EQ(given.top.size(), 5U);
  }
}

TEST_F(PromptLogprobsTest, ALongPromptComesInPartsAndStopsNobody) {
  const auto running = start(model(), 21, read(20, 4, 400));
  ASSERT_TRUE(running->wait_for(1));
  const std::size_t before = running->events().size();
  const Scored scored = gather(start(model(), 22, score(read(600, 5, 1)))->wait());
  EXPECT_EQ(scored.prompt.size(), scored.usage.prompt_tokens);
  EXPECT_EQ(scored.usage.cached_tokens, 0U);
  EXPECT_GT(scored.parts.size(), 10U) << "a step has a limited number of rows";
  EXPECT_GT(running->events().size() - before, scored.parts.size() / 2)
      << "it has a token in each step";
  model().cancel(21);
  running->wait();
}

TEST_F(PromptLogprobsTest, WhatIsInTheCacheIsComputedAllTheSame) {
  gather(start(model(), 31, read(80, 6, 1))->wait());
  const Scored cold = gather(start(model(), 32, score(read(80, 6, 1)))->wait());
  const Scored warm = gather(start(model(), 33, score(read(80, 6, 1)))->wait());
  EXPECT_EQ(cold.usage.cached_tokens, 0U);
  EXPECT_EQ(warm.usage.cached_tokens, 0U);
  ASSERT_EQ(cold.prompt.size(), warm.prompt.size());
  for (std::size_t i = 0; i < cold.prompt.size(); ++i) {
    EXPECT_EQ(cold.prompt[i].chosen.logprob, warm.prompt[i].chosen.logprob) << i;
  }
  const Scored plain = gather(start(model(), 34, read(80, 6, 1))->wait());
  EXPECT_GT(plain.usage.cached_tokens, 60U) << "others share what a scored prompt left";
}

TEST_F(PromptLogprobsTest, AnOnlyTokenHasNoProbability) {
  GenerateRequest request = score(read(8, 0, 1));
  request.prompt = TokenPrompt{{1}};
  const Scored scored = gather(start(model(), 41, request)->wait());
  ASSERT_EQ(scored.prompt.size(), 1U);
  EXPECT_EQ(scored.prompt[0].chosen.token, 1);
  EXPECT_TRUE(scored.prompt[0].top.empty());
  EXPECT_EQ(scored.answer.size(), 1U);
}

TEST_F(PromptLogprobsTest, ScoredPromptsThatDoNotFitTogetherAreStillWholeAndInOrder) {
  auto small =
      load({.model_path = path(), .context_length = 512, .threads = 1, .max_sequences = 4});
  ASSERT_TRUE(small) << small.error().message;
  std::vector<std::shared_ptr<RecordingSink>> sinks;
  for (int kind = 0; kind < 4; ++kind) {
    sinks.push_back(
        start(**small, static_cast<RequestId>(kind + 1), score(read(150, 60 + kind, 100), 0)));
  }
  for (const auto& sink : sinks) {
    const Scored scored = gather(sink->wait());
    EXPECT_EQ(scored.prompt.size(), scored.usage.prompt_tokens);
    EXPECT_EQ(scored.answer.size(), 100U);
    const auto unlikely = [](const TokenLogprobs& token) { return token.chosen.logprob < 0; };
    EXPECT_TRUE(std::all_of(scored.prompt.begin() + 1, scored.prompt.end(), unlikely));
  }
}

TEST_F(PromptLogprobsTest, ACancelAmidAScoredPromptLeavesNothingBehind) {
  const auto dropped = start(model(), 51, score(read(1500, 8, 10)));
  ASSERT_TRUE(dropped->wait_for(2));
  model().cancel(51);
  const auto events = dropped->wait();
  ASSERT_NE(failed_in(events), nullptr);
  EXPECT_EQ(failed_in(events)->error.code, ErrorCode::Cancelled);
  EXPECT_TRUE(eventually([&] { return model().stats().kv_cells_active == 0; }));
  EXPECT_LT(gather(events).prompt.size(), 1500U);
}

}  // namespace
}  // namespace pcai::backend::llamacpp

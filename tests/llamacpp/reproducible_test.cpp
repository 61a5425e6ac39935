#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include "backend/llamacpp/kernels/self_test.h"
#include "backend/recording_sink.h"
#include "llamacpp/real_model.h"

namespace pcai::backend::llamacpp {
namespace {

using ReproducibleTest = RealModelTest;

/// What a client can see of an answer, to the bit.
std::vector<std::pair<std::int32_t, float>> seen(const std::vector<GenerateEvent>& events) {
  std::vector<std::pair<std::int32_t, float>> result;
  const auto add = [&result](const std::vector<TokenLogprobs>& tokens) {
    for (const TokenLogprobs& token : tokens) {
      result.emplace_back(token.chosen.token, token.chosen.logprob);
      for (const TokenLogprob& other : token.top) result.emplace_back(other.token, other.logprob);
    }
  };
  for (const GenerateEvent& event : events) {
    if (const auto* delta = std::get_if<TextDelta>(&event)) add(delta->logprobs);
    if (const auto* part = std::get_if<PromptLogprobs>(&event)) add(part->tokens);
  }
  return result;
}

std::shared_ptr<backend::RecordingSink> start(LoadedModel& model, RequestId id,
                                              GenerateRequest request) {
  auto sink = std::make_shared<backend::RecordingSink>();
  const Status status = model.submit(id, std::move(request), sink);
  EXPECT_TRUE(status) << status.error().message;
  return sink;
}

TEST_F(ReproducibleTest, TwoHundredRequestsSayInEveryCompanyWhatTheySayAlone) {
  if (kernel_choice().variant == nullptr) GTEST_SKIP() << kernel_choice().why_not;
  constexpr std::size_t kRequests = 200;
  const auto seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::uint32_t low, std::uint32_t high) {
    return std::uniform_int_distribution<std::uint32_t>(low, high)(random);
  };
  std::vector<GenerateRequest> requests;
  for (std::size_t i = 0; i < kRequests; ++i) {
    // Forty texts, so that prefixes are shared; some sampled with a seed.
    requests.push_back(read(pick(9, 90), static_cast<int>(pick(0, 39)), pick(1, 12)));
    requests.back().params.logprobs = true;
    requests.back().params.top_logprobs = 3;
    if (pick(0, 3) == 0) requests.back().params.prompt_logprobs = 2;
    if (pick(0, 2) == 0) {
      requests.back().params.temperature = 0.8F;
      requests.back().params.seed = pick(0, 1'000'000);
    }
  }
  std::vector<std::vector<std::pair<std::int32_t, float>>> alone;
  {
    auto model = load({.model_path = path(), .threads = 1, .reproducible = true});
    ASSERT_TRUE(model) << model.error().message;
    for (std::size_t i = 0; i < kRequests; ++i) {
      alone.push_back(seen(start(**model, i, requests[i])->wait()));
    }
  }
  // As it is by itself, without the promise. A small cache, so that idle prefixes go and requests
  // are preempted.
  auto model = load({.model_path = path(),
                     .context_length = 256,
                     .batch_size = 128,
                     .threads = 2,
                     .max_sequences = 16});
  ASSERT_TRUE(model) << model.error().message;
  std::vector<std::size_t> order(kRequests);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  RequestId stranger = 10'000;
  for (std::size_t first = 0; first < kRequests;) {
    const std::size_t count = std::min<std::size_t>(pick(1, 16), kRequests - first);
    std::vector<std::shared_ptr<backend::RecordingSink>> sinks;
    for (std::size_t i = first; i < first + count; ++i) {
      sinks.push_back(start(**model, order[i], requests[order[i]]));
      if (pick(0, 3) != 0) continue;
      start(**model, ++stranger, read(pick(9, 40), 100 + static_cast<int>(i), 120));
      if (pick(0, 1) == 0) (*model)->cancel(stranger);
    }
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(seen(sinks[i]->wait()), alone[order[first + i]]) << "request " << order[first + i];
    }
    first += count;
  }
  std::printf("%llu preemptions, %llu prompt tokens shared\n",
              static_cast<unsigned long long>((*model)->stats().preemptions),
              static_cast<unsigned long long>((*model)->stats().prompt_tokens_cached));
}

TEST_F(ReproducibleTest, WithoutKernelsItIsRefused) {
  const auto model = load({.model_path = path(), .kernels = KernelUse::Off, .reproducible = true});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(model.error().field, "reproducible");
}

}  // namespace
}  // namespace pcai::backend::llamacpp

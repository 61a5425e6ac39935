#include <algorithm>
#include <limits>

#include "contract/contract_fixture.h"
#include "core/parameters/parameters.h"

namespace pcai::backend {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST_P(BackendContractTest, ParametersOutOfRangeAreRefusedByName) {
  struct Bad {
    const char* field;
    void (*spoil)(GenerateParams&);
  };
  const Bad all[] = {
      {"temperature", [](auto& p) { p.temperature = kNan; }},
      {"temperature", [](auto& p) { p.temperature = -1; }},
      {"temperature", [](auto& p) { p.temperature = kInfinity; }},
      {"top_p", [](auto& p) { p.top_p = 1.5F; }},
      {"top_p", [](auto& p) { p.top_p = -0.5F; }},
      {"top_k", [](auto& p) { p.top_k = -7; }},
      {"min_p", [](auto& p) { p.min_p = kNan; }},
      {"repeat_penalty", [](auto& p) { p.repeat_penalty = 0; }},
      {"frequency_penalty", [](auto& p) { p.frequency_penalty = kNan; }},
      {"presence_penalty", [](auto& p) { p.presence_penalty = kInfinity; }},
      {"repeat_last_n", [](auto& p) { p.repeat_last_n = -2; }},
      {"max_tokens", [](auto& p) { p.max_tokens = 0; }},
      {"stop[0]", [](auto& p) { p.stop_sequences = {""}; }},
      {"top_logprobs", [](auto& p) { p.top_logprobs = 3; }},
      {"logit_bias",
       [](auto& p) {
         p.logit_bias = {{0, kNan}};
       }},
  };
  for (const Bad& bad : all) {
    SCOPED_TRACE(bad.field);
    GenerateParams params = greedy(2);
    bad.spoil(params);
    const Error error = refusal(model(), chat_request("hello", params));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
    EXPECT_EQ(error.field, bad.field);
  }
}

TEST_P(BackendContractTest, EveryParameterIsHonouredOrRefusedByName) {
  const std::vector<std::string>& missing = capabilities().missing_parameters;
  for (const Parameter& parameter : kParameters) {
    if (!parameter.faces.has(Face::Field)) continue;
    SCOPED_TRACE(parameter.name);
    GenerateParams params = greedy(2);
    params.temperature = 1;
    const ParameterValue one = parameter.text_bytes > 0
                                   ? ParameterValue(std::vector<std::string>{"xyz"})
                                   : ParameterValue(std::int64_t{1});
    if (!set_parameter(params, parameter, one, parameter.name)) continue;  // a switch
    const bool lacks = std::ranges::find(missing, parameter.name) != missing.end() ||
                       (params.seed && !capabilities().supports_seed);
    if (!lacks || is_default(parameter, params)) {
      EXPECT_NE(finished_in(run(model(), chat_request("hello", params))), nullptr);
      continue;
    }
    const Error error = refusal(model(), chat_request("hello", params));
    EXPECT_EQ(error.code, ErrorCode::Unsupported);
    EXPECT_EQ(error.field, parameter.name);
  }
}

TEST_P(BackendContractTest, AdaptersThatTheModelDoesNotHaveAreRefusedByName) {
  GenerateParams params = greedy(2);
  params.adapters = {{0, 1}};
  const Error error = refusal(model(), chat_request("hello", params));
  EXPECT_EQ(error.code,
            capabilities().supports_adapters ? ErrorCode::InvalidRequest : ErrorCode::Unsupported);
  EXPECT_EQ(error.field, "adapters");
}

TEST_P(BackendContractTest, EmptyPromptsAreRefusedByName) {
  EXPECT_EQ(refusal(model(), {.prompt = ChatPrompt{}}).field, "messages");
  EXPECT_EQ(refusal(model(), {.prompt = TextPrompt{}}).field, "prompt");
  EXPECT_EQ(refusal(model(), {.prompt = TokenPrompt{}}).field, "prompt");
}

TEST_P(BackendContractTest, ATokenOutsideTheVocabularyIsRefused) {
  const std::uint32_t vocabulary = model().info().vocabulary_size;
  if (vocabulary == 0) GTEST_SKIP() << "the vocabulary's size is not known";
  for (const std::int32_t token : {static_cast<std::int32_t>(vocabulary), -1}) {
    const Error error = refusal(model(), {.prompt = TokenPrompt{{1, token}}});
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
    EXPECT_EQ(error.field, "prompt");
  }
}

TEST_P(BackendContractTest, TextThatIsNotUtf8IsRefused) {
  const Error error = refusal(model(), chat_request("broken \xC3"));
  EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error.field, "messages[0].content");
}

TEST_P(BackendContractTest, ARefusalLeavesTheModelAsItWas) {
  GenerateParams params = greedy(2);
  params.top_p = 9;
  for (int i = 0; i < 20; ++i) refusal(model(), chat_request("hello", params));
  EXPECT_NE(finished_in(run(model(), chat_request("hello", greedy(2)))), nullptr);
}

TEST_P(BackendContractTest, TheSameSeedGivesTheSameTextOrASeedIsRefused) {
  GenerateParams params = greedy(24);
  params.temperature = 1;
  params.seed = 42;
  if (!capabilities().supports_seed) {
    const Error error = refusal(model(), chat_request("Tell me a story.", params));
    EXPECT_EQ(error.code, ErrorCode::Unsupported);
    EXPECT_EQ(error.field, "seed");
    return;
  }
  const auto first = run_again(chat_request("Tell me a story.", params));
  const auto second = run_again(chat_request("Tell me a story.", params));
  EXPECT_FALSE(text_of(first).empty());
  EXPECT_EQ(text_of(first), text_of(second));
}

TEST_P(BackendContractTest, DifferentSeedsGiveDifferentTexts) {
  if (!capabilities().supports_seed) GTEST_SKIP() << "no seeds";
  GenerateParams params = greedy(48);
  params.temperature = 1;
  params.top_p = 1;
  params.top_k = 0;
  params.seed = 1;
  const auto first = run(model(), chat_request("Tell me a story.", params));
  params.seed = 2;
  EXPECT_NE(text_of(first), text_of(run(model(), chat_request("Tell me a story.", params))));
}

TEST_P(BackendContractTest, GreedyTextDependsOnNoSeed) {
  if (!capabilities().supports_seed) GTEST_SKIP() << "no seeds";
  GenerateParams params = greedy(24);
  params.seed = 1;
  const auto first = run_again(chat_request("Tell me a story.", params));
  params.seed = 2;
  EXPECT_EQ(text_of(first), text_of(run_again(chat_request("Tell me a story.", params))));
}

TEST_P(BackendContractTest, ABannedTokenIsNotGeneratedOrABiasIsRefused) {
  GenerateParams params = greedy(1);
  params.logit_bias = {{1, -100.0F}};
  const auto sink = std::make_shared<RecordingSink>();
  const Status status = model().submit(new_id(), chat_request("hello", params), sink);
  if (!status) {
    EXPECT_EQ(status.error().code, ErrorCode::Unsupported);
    EXPECT_EQ(status.error().field, "logit_bias");
    return;
  }
  sink->wait();
  if (!capabilities().supports_logprobs) GTEST_SKIP() << "tokens cannot be seen without logprobs";
  params.logit_bias.clear();
  params.logprobs = true;
  const auto plain = logprobs_of(run(model(), chat_request("hello", params)));
  ASSERT_EQ(plain.size(), 1U);
  params.logit_bias = {{plain[0].chosen.token, -100.0F}};
  const auto banned = logprobs_of(run(model(), chat_request("hello", params)));
  ASSERT_EQ(banned.size(), 1U);
  EXPECT_NE(banned[0].chosen.token, plain[0].chosen.token);
}

}  // namespace
}  // namespace pcai::backend

#include "openai/completions/completion_request.h"

#include <gtest/gtest.h>

namespace pcai::openai {
namespace {

CompletionRequest parsed(const std::string& members) {
  auto request = parse_completion_request("{" + members + "}");
  EXPECT_TRUE(request) << members << ": " << request.error().message;
  return request ? *std::move(request) : CompletionRequest{};
}

void expect_refused(const std::string& members, ErrorCode code, const std::string& field) {
  const auto request = parse_completion_request("{" + members + "}");
  ASSERT_FALSE(request) << members;
  EXPECT_EQ(request.error().code, code) << members << ": " << request.error().message;
  EXPECT_EQ(request.error().field, field) << request.error().message;
}

TEST(CompletionRequestTest, ABareRequestHasItsDefaults) {
  const CompletionRequest request = parsed(R"("prompt":"Once")");
  ASSERT_EQ(request.prompts.size(), 1U);
  EXPECT_EQ(std::get<TextPrompt>(request.prompts[0]).text, "Once");
  EXPECT_EQ(request.generate.params.max_tokens, 16U);
  EXPECT_EQ(request.generate.model, "");
  EXPECT_EQ(request.n, 1U);
  EXPECT_EQ(request.best_of, 1U);
  EXPECT_FALSE(request.generate.params.logprobs);
  EXPECT_FALSE(request.echo);
  EXPECT_FALSE(request.stream);
}

TEST(CompletionRequestTest, APromptIsTextOrTokensOrAListOfEither) {
  EXPECT_EQ(parsed(R"("prompt":["a","b"])").prompts.size(), 2U);
  const auto tokens = parsed(R"("prompt":[1,2,3])");
  ASSERT_EQ(tokens.prompts.size(), 1U);
  EXPECT_EQ(std::get<TokenPrompt>(tokens.prompts[0]).tokens, (std::vector<std::int32_t>{1, 2, 3}));
  const auto mixed = parsed(R"("prompt":[[1],"a",[2,3]])");
  ASSERT_EQ(mixed.prompts.size(), 3U);
  EXPECT_EQ(std::get<TokenPrompt>(mixed.prompts[2]).tokens, (std::vector<std::int32_t>{2, 3}));
}

TEST(CompletionRequestTest, EachFieldReachesItsPlace) {
  const CompletionRequest request =
      parsed(R"("prompt":"x","model":"m","max_tokens":5,"n":2,"best_of":4,"echo":true,
                "temperature":0,"stop":"q","seed":3)");
  EXPECT_EQ(request.generate.model, "m");
  EXPECT_EQ(request.generate.params.max_tokens, 5U);
  EXPECT_EQ(request.n, 2U);
  EXPECT_EQ(request.best_of, 4U);
  EXPECT_TRUE(request.echo);
  EXPECT_EQ(request.generate.params.stop_sequences, std::vector<std::string>{"q"});
  const GenerateParams params = parsed(R"("prompt":"x","logprobs":5)").generate.params;
  EXPECT_TRUE(params.logprobs);
  EXPECT_EQ(params.top_logprobs, 5U);
  EXPECT_TRUE(parsed(R"("prompt":"x","logprobs":0)").generate.params.logprobs);
  EXPECT_EQ(parsed(R"("prompt":"x","n":3)").best_of, 3U);
}

TEST(CompletionRequestTest, WhatIsWrongIsNamed) {
  std::string many = "\"prompt\":[";
  for (int i = 0; i < 129; ++i) many += i ? ",\"a\"" : "\"a\"";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("max_tokens":1)", "prompt"},
      {R"("prompt":"")", "prompt"},
      {R"("prompt":[])", "prompt"},
      {R"("prompt":[[]])", "prompt[0]"},
      {R"("prompt":[1,"a"])", "prompt[1]"},
      {R"("prompt":["a",1])", "prompt[1]"},
      {R"("prompt":[-1])", "prompt[0]"},
      {R"("prompt":[2147483648])", "prompt[0]"},
      {R"("prompt":[1.5])", "prompt[0]"},
      {R"("prompt":[[1],[true]])", "prompt[1][0]"},
      {R"("prompt":{})", "prompt"},
      {many + "]", "prompt"},
      {R"("prompt":["a","b","c","d","e","f","g"],"best_of":20)", "prompt"},
      {R"("prompt":"x","logprobs":21)", "logprobs"},
      {R"("prompt":"x","prompt_logprobs":21)", "prompt_logprobs"},
      {R"("prompt":"x","prompt_logprobs":1,"stream":true)", "prompt_logprobs"},
      {R"("prompt":"x","echo":true,"logprobs":0,"suffix":"y")", "suffix"},
      {R"("prompt":"x","logprobs":true)", "logprobs"},
      {R"("prompt":"x","best_of":21)", "best_of"},
      {R"("prompt":"x","n":2,"best_of":1)", "best_of"},
      {R"("prompt":"x","best_of":2,"stream":true)", "best_of"},
      {R"("prompt":["a",[1]],"suffix":"y")", "suffix"},
      {R"("prompt":"x","stream_options":{})", "stream_options"},
  };
  for (const auto& [members, field] : cases) {
    expect_refused(members, ErrorCode::InvalidRequest, field);
  }
}

TEST(CompletionRequestTest, AnEchoWithLogprobsAsksForThoseOfThePrompt) {
  const CompletionRequest echo = parsed(R"("prompt":"x","echo":true,"logprobs":2)");
  EXPECT_TRUE(echo.shows_prompt_logprobs());
  EXPECT_EQ(echo.generate.params.prompt_logprobs, 2U);
  EXPECT_FALSE(echo.prompt_logprobs);
  EXPECT_FALSE(parsed(R"("prompt":"x","echo":true)").generate.params.prompt_logprobs);
  EXPECT_FALSE(parsed(R"("prompt":"x","logprobs":2)").generate.params.prompt_logprobs);
  const CompletionRequest own = parsed(R"("prompt":"x","prompt_logprobs":0)");
  EXPECT_EQ(own.prompt_logprobs, 0U);
  EXPECT_EQ(own.generate.params.prompt_logprobs, 0U);
  const CompletionRequest both =
      parsed(R"("prompt":"x","echo":true,"logprobs":2,"prompt_logprobs":4)");
  EXPECT_EQ(both.prompt_logprobs, 4U);
  EXPECT_EQ(both.generate.params.prompt_logprobs, 4U) << "the larger one, of which each shows its";
}

TEST(CompletionRequestTest, NoTokensIsThePromptAlone) {
  const CompletionRequest request = parsed(R"("prompt":"x","max_tokens":0)");
  EXPECT_TRUE(request.prompt_only);
  EXPECT_EQ(request.generate.params.max_tokens, 1U) << "the core knows no answer without tokens";
  EXPECT_FALSE(parsed(R"("prompt":"x","max_tokens":1)").prompt_only);
}

TEST(CompletionRequestTest, WhatHasNoEffectIsSaid) {
  EXPECT_EQ(parsed(R"("prompt":"x","suffix":"","user":"u")").warnings.lines(),
            std::vector<std::string>{"user has no effect here"});
}

}  // namespace
}  // namespace pcai::openai

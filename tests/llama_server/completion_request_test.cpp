#include "llama_server/completion_request.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/parameters/limits.h"

namespace pcai::llama_server {
namespace {

using nlohmann::json;

CompletionRequest parsed(const json& body) {
  auto request = parse_completion(body.dump());
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request ? *std::move(request) : CompletionRequest{};
}

CompletionRequest filled(const json& body) {
  auto request = parse_infill(body.dump());
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request ? *std::move(request) : CompletionRequest{};
}

Error refused(const json& body) {
  auto request = parse_completion(body.dump());
  EXPECT_FALSE(request) << body;
  return request ? Error{} : request.error();
}

const std::string& text_of(const CompletionRequest& request, std::size_t index = 0) {
  return std::get<TextPrompt>(request.prompts.at(index)).text;
}

TEST(LlamaCompletionRequestTest, APromptIsATextTokensAnObjectOrAListOfThem) {
  EXPECT_EQ(text_of(parsed({{"prompt", "hello"}})), "hello");
  EXPECT_EQ(std::get<TokenPrompt>(parsed({{"prompt", {1, 2}}}).prompts.at(0)).tokens.size(), 2U);
  EXPECT_EQ(text_of(parsed({{"prompt", {{"prompt_string", "hi"}}}})), "hi");
  const auto list = parsed({{"prompt", {"a", {7, 8}, {{"prompt_string", "c"}}}}});
  ASSERT_EQ(list.prompts.size(), 3U);
  EXPECT_TRUE(list.lists_prompts);
  EXPECT_EQ(text_of(list, 2), "c");
  EXPECT_EQ(list.prompt_path(1), "prompt[1]");
}

TEST(LlamaCompletionRequestTest, APromptThatCannotBeReadIsRefusedByItsPlace) {
  EXPECT_EQ(refused(json::object()).field, "prompt");
  EXPECT_EQ(refused({{"prompt", 7}}).field, "prompt");
  EXPECT_EQ(refused({{"prompt", ""}}).field, "prompt");
  EXPECT_EQ(refused({{"prompt", {1, "two"}}}).field, "prompt[1]");
  EXPECT_EQ(refused({{"prompt", {"a", ""}}}).field, "prompt[1]");
  EXPECT_EQ(refused({{"prompt", json::array()}}).field, "prompt");
  EXPECT_EQ(refused({{"prompt", {{"prompt_string", "x"}, {"multimodal_data", {"AA=="}}}}}).field,
            "prompt.multimodal_data");
  EXPECT_EQ(refused({{"prompt", std::vector<std::string>(100, "x")}, {"n_cmpl", 2}}).field,
            "n_cmpl");
}

TEST(LlamaCompletionRequestTest, NPredictIsAllThatFitUnlessItIsGiven) {
  EXPECT_EQ(parsed({{"prompt", "x"}}).generate.params.max_tokens, std::uint32_t(kMaxTokenCount));
  EXPECT_EQ(parsed({{"prompt", "x"}, {"n_predict", -1}}).generate.params.max_tokens,
            std::uint32_t(kMaxTokenCount));
  EXPECT_EQ(parsed({{"prompt", "x"}, {"n_predict", 7}}).generate.params.max_tokens, 7U);
  EXPECT_TRUE(parsed({{"prompt", "x"}, {"n_predict", 0}}).prompt_only);
  EXPECT_EQ(refused({{"prompt", "x"}, {"n_predict", -3}}).field, "n_predict");
}

TEST(LlamaCompletionRequestTest, SamplersThatAreLeftOutAreOff) {
  const auto request = parsed({{"prompt", "x"},
                               {"top_k", 40},
                               {"top_p", 0.99},
                               {"min_p", 0.1},
                               {"repeat_penalty", 1.5},
                               {"samplers", {"top_k", "top_p", "infill"}}});
  const GenerateParams& params = request.generate.params;
  EXPECT_EQ(params.top_k, 40);
  EXPECT_FLOAT_EQ(params.top_p, 0.99F);
  EXPECT_EQ(params.min_p, 0);
  EXPECT_EQ(params.repeat_penalty, 1);
  EXPECT_EQ(params.temperature, 1);
  EXPECT_EQ(request.samplers, (std::vector<std::string>{"top_k", "top_p"}));
  ASSERT_EQ(request.warnings.lines().size(), 1U);
  EXPECT_NE(request.warnings.lines()[0].find("infill"), std::string::npos);
}

TEST(LlamaCompletionRequestTest, SamplersMayBeLetters) {
  const auto request = parsed({{"prompt", "x"}, {"top_k", 5}, {"samplers", "edkypmxt"}});
  EXPECT_TRUE(request.warnings.empty()) << request.warnings.line();
  EXPECT_EQ(request.generate.params.top_k, 5);
  EXPECT_FALSE(parsed({{"prompt", "x"}, {"samplers", "tk"}}).warnings.empty());
}

TEST(LlamaCompletionRequestTest, ABiasMayBeAListOfPairs) {
  const auto request = parsed({{"prompt", "x"}, {"logit_bias", {{7, 1.5}, {8, false}}}});
  const auto& biases = request.generate.params.logit_bias;
  ASSERT_EQ(biases.size(), 2U);
  EXPECT_EQ(biases[0].token, 7);
  EXPECT_FLOAT_EQ(biases[0].bias, 1.5F);
  EXPECT_FLOAT_EQ(biases[1].bias, -100);
  EXPECT_EQ(
      parsed({{"prompt", "x"}, {"logit_bias", {{"7", -3}}}}).generate.params.logit_bias.size(), 1U);
  EXPECT_EQ(refused({{"prompt", "x"}, {"logit_bias", {{7, true}}}}).field, "logit_bias[0]");
  EXPECT_EQ(refused({{"prompt", "x"}, {"logit_bias", {{"Hello", 1}, {"b", 2}}}}).field,
            "logit_bias");
}

TEST(LlamaCompletionRequestTest, WhatHasNoEffectIsToldUnlessItAsksForNothing) {
  const auto quiet = parsed({{"prompt", "x"},
                             {"id_slot", -1},
                             {"n_keep", 0},
                             {"timings_per_token", false},
                             {"cache_prompt", true}});
  EXPECT_TRUE(quiet.warnings.empty()) << quiet.warnings.line();
  const auto told =
      parsed({{"prompt", "x"}, {"id_slot", 0}, {"n_keep", 8}, {"t_max_prompt_ms", 5}});
  EXPECT_EQ(told.warnings.lines().size(), 3U) << told.warnings.line();
  EXPECT_EQ(refused({{"prompt", "x"}, {"post_sampling_probs", true}}).field, "post_sampling_probs");
}

TEST(LlamaCompletionRequestTest, AGrammarIsGbnf) {
  const auto request = parsed({{"prompt", "x"}, {"grammar", "root ::= \"a\""}});
  ASSERT_TRUE(request.generate.params.grammar);
  EXPECT_EQ(request.generate.params.grammar->kind, GrammarKind::Gbnf);
}

TEST(LlamaInfillRequestTest, OtherFilesStandBeforeThePrefixAndTheBeginningBehindIt) {
  const auto request = filled({{"input_prefix", "int f() {\n"},
                               {"input_suffix", "}\n"},
                               {"prompt", "  return"},
                               {"input_extra", {{{"filename", "a.h"}, {"text", "int f();"}}}}});
  const auto& gap = std::get<InfillPrompt>(request.prompts.at(0));
  EXPECT_EQ(gap.prefix, "a.h\nint f();\nint f() {\n  return");
  EXPECT_EQ(gap.suffix, "}\n");
}

TEST(LlamaInfillRequestTest, WhatLlamaVimAndLlamaVscodeSendIsTaken) {
  json body = {{"id_slot", 0},
               {"input_prefix", "a\n"},
               {"input_suffix", "b\n"},
               {"input_extra", json::array()},
               {"prompt", "  x"},
               {"n_predict", 128},
               {"n_indent", 2},
               {"stop", {"\n"}},
               {"top_k", 40},
               {"top_p", 0.9},
               {"stream", false},
               {"samplers", {"top_k", "top_p", "infill"}},
               {"cache_prompt", true},
               {"t_max_prompt_ms", 500},
               {"t_max_predict_ms", 1000},
               {"response_fields", {"content", "timings/prompt_n", "truncated"}}};
  const auto request = filled(body);
  EXPECT_EQ(request.cuts.indent, 2U);
  EXPECT_EQ(request.cuts.longest.count(), 1000);
  EXPECT_EQ(request.response_fields->size(), 3U);
  body["n_predict"] = 0;
  body["samplers"] = json::array();
  EXPECT_TRUE(filled(body).prompt_only);
}

TEST(LlamaInfillRequestTest, ADamagedPartIsRefusedByItsPlace) {
  const auto field = [](const json& body) {
    const auto request = parse_infill(body.dump());
    return request ? std::string("taken") : request.error().field;
  };
  EXPECT_EQ(field({{"input_suffix", "b"}}), "input_prefix");
  EXPECT_EQ(field({{"input_prefix", "a"}, {"input_suffix", 7}}), "input_suffix");
  EXPECT_EQ(field({{"input_prefix", ""}, {"input_suffix", ""}}), "input_prefix");
  EXPECT_EQ(
      field({{"input_prefix", "a"}, {"input_suffix", "b"}, {"input_extra", {{{"filename", "x"}}}}}),
      "input_extra[0].text");
}

}  // namespace
}  // namespace pcai::llama_server

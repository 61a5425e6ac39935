#include "openai/chat/chat_request.h"

#include <gtest/gtest.h>

#include "bodies.h"

namespace pcai::openai {
namespace {

ChatCompletionRequest parsed(const std::string& members) {
  auto request = parse_chat_request(chat_body(members));
  EXPECT_TRUE(request) << members << ": " << request.error().message;
  return request ? *std::move(request) : ChatCompletionRequest{};
}

TEST(ChatRequestTest, AModelsDefaultsHoldWhereTheRequestSaysNothing) {
  std::string asked;
  const DefaultsOf defaults_of = [&asked](std::string_view model) {
    asked = model;
    ModelDefaults defaults;
    EXPECT_TRUE(set_default(defaults, "temperature", 0.25, "temperature"));
    EXPECT_TRUE(set_default(defaults, "top_k", std::int64_t{7}, "top_k"));
    EXPECT_TRUE(set_default(defaults, "stop", std::vector<std::string>{"END"}, "stop"));
    return defaults;
  };
  const auto request =
      parse_chat_request(chat_body(R"("temperature":1.5,"top_k":null)"), defaults_of);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(asked, "m");
  EXPECT_EQ(request->generate.params.temperature, 1.5F);
  EXPECT_EQ(request->generate.params.top_k, 7);
  EXPECT_EQ(request->generate.params.stop_sequences, std::vector<std::string>{"END"});
  EXPECT_FALSE(parse_chat_request(R"({"model":7})", defaults_of));
}

TEST(ChatRequestTest, ABareRequestHasTheContractsDefaults) {
  const ChatCompletionRequest request = parsed("");
  EXPECT_EQ(request.generate.model, "m");
  EXPECT_EQ(request.n, 1U);
  EXPECT_FALSE(request.stream);
  EXPECT_FALSE(request.include_usage);
  EXPECT_TRUE(request.warnings.empty());
  const GenerateParams& params = request.generate.params;
  EXPECT_FLOAT_EQ(params.temperature, 0.7F);
  EXPECT_FLOAT_EQ(params.top_p, 0.9F);
  EXPECT_EQ(params.top_k, 40);
  EXPECT_EQ(params.max_tokens, 2048U);
  EXPECT_FALSE(params.seed);
  EXPECT_TRUE(params.stop_sequences.empty());
  const auto& messages = std::get<ChatPrompt>(request.generate.prompt).messages;
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].role, Role::User);
  EXPECT_EQ(messages[0].content, "hi");
}

TEST(ChatRequestTest, EachFieldReachesItsPlace) {
  const ChatCompletionRequest request = parsed(
      R"("temperature":0,"top_p":0.5,"top_k":7,"min_p":0.25,"repeat_penalty":1.5,
         "frequency_penalty":-1,"presence_penalty":0.5,"repeat_last_n":-1,"max_tokens":9,
         "stop":["a","\n\n"],"seed":5,"logit_bias":{"0":-100,"50256":1.5},"logprobs":true,
         "top_logprobs":20,"ignore_eos":true,"n":8,"stream":true,
         "stream_options":{"include_usage":true})");
  const GenerateParams& params = request.generate.params;
  EXPECT_EQ(params.temperature, 0.0F);
  EXPECT_EQ(params.top_p, 0.5F);
  EXPECT_EQ(params.top_k, 7);
  EXPECT_EQ(params.min_p, 0.25F);
  EXPECT_EQ(params.repeat_penalty, 1.5F);
  EXPECT_EQ(params.frequency_penalty, -1.0F);
  EXPECT_EQ(params.presence_penalty, 0.5F);
  EXPECT_EQ(params.repeat_last_n, -1);
  EXPECT_EQ(params.max_tokens, 9U);
  EXPECT_EQ(params.stop_sequences, (std::vector<std::string>{"a", "\n\n"}));
  EXPECT_EQ(params.seed, 5U);
  ASSERT_EQ(params.logit_bias.size(), 2U);
  EXPECT_EQ(params.logit_bias[0].token, 0);
  EXPECT_EQ(params.logit_bias[0].bias, -100.0F);
  EXPECT_EQ(params.logit_bias[1].token, 50256);
  EXPECT_EQ(params.logit_bias[1].bias, 1.5F);
  EXPECT_TRUE(params.logprobs);
  EXPECT_EQ(params.top_logprobs, 20U);
  EXPECT_TRUE(params.ignore_eos);
  EXPECT_EQ(request.n, 8U);
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.include_usage);
  EXPECT_TRUE(request.warnings.empty());
}

TEST(ChatRequestTest, TheModelMayBeLeftToTheEngine) {
  const std::string messages = R"("messages":[{"role":"user","content":"hi"}])";
  EXPECT_EQ(parse_chat_request("{" + messages + "}")->generate.model, "");
  EXPECT_EQ(parse_chat_request(R"({"model":"",)" + messages + "}")->generate.model, "");
  EXPECT_EQ(parse_chat_request(R"({"model":"a/b:c",)" + messages + "}")->generate.model, "a/b:c");
  const auto with_model = [&](std::size_t bytes) {
    return R"({"model":")" + std::string(bytes, 'm') + "\"," + messages + "}";
  };
  EXPECT_TRUE(parse_chat_request(with_model(256)));
  EXPECT_EQ(error_of(with_model(257)).field, "model");
}

TEST(ChatRequestTest, MaxCompletionTokensWinsInEitherOrder) {
  EXPECT_EQ(parsed(R"("max_tokens":1,"max_completion_tokens":2)").generate.params.max_tokens, 2U);
  EXPECT_EQ(parsed(R"("max_completion_tokens":2,"max_tokens":1)").generate.params.max_tokens, 2U);
  EXPECT_EQ(parsed(R"("max_completion_tokens":null,"max_tokens":1)").generate.params.max_tokens,
            1U);
  EXPECT_EQ(parsed(R"("max_tokens":-1)").generate.params.max_tokens, 2147483647U);  // all that fit
  EXPECT_EQ(error_of(chat_body(R"("max_tokens":-2)")).field, "max_tokens");
  EXPECT_EQ(error_of(chat_body(R"("max_tokens":0)")).field, "max_tokens");
  EXPECT_EQ(error_of(chat_body(R"("max_tokens":0,"max_completion_tokens":2)")).field, "max_tokens");
}

TEST(ChatRequestTest, ASeedIsSixtyFourBitsOfEitherSign) {
  const std::vector<std::pair<std::string, std::uint64_t>> seeds = {
      {"0", 0},
      {"42", 42},
      {"-2", 0xFFFFFFFFFFFFFFFEULL},
      {"-9223372036854775808", 0x8000000000000000ULL},
      {"9223372036854775807", 0x7FFFFFFFFFFFFFFFULL},
      {"18446744073709551615", 0xFFFFFFFFFFFFFFFFULL},
      {"7.0", 7},
      {"-7.0", 0xFFFFFFFFFFFFFFF9ULL},
  };
  for (const auto& [text, seed] : seeds) {
    EXPECT_EQ(parsed("\"seed\":" + text).generate.params.seed, seed) << text;
  }
  EXPECT_FALSE(parsed("\"seed\":-1").generate.params.seed);  // a random one
  for (const char* text :
       {"18446744073709551616", "-9223372036854775809", "1e30", "1.5", "\"1\""}) {
    EXPECT_EQ(error_of(chat_body("\"seed\":" + std::string(text))).field, "seed") << text;
  }
}

TEST(ChatRequestTest, TopKIsOffAtZeroAndBelow) {
  EXPECT_EQ(parsed("\"top_k\":0").generate.params.top_k, 0);
  EXPECT_EQ(parsed("\"top_k\":-1").generate.params.top_k, 0);
  EXPECT_EQ(error_of(chat_body("\"top_k\":-2")).field, "top_k");
}

TEST(ChatRequestTest, ANumberThatRoundsOntoAnExcludedBoundIsRefused) {
  EXPECT_EQ(error_of(chat_body("\"repeat_penalty\":1e-60")).field, "repeat_penalty");
}

TEST(ChatRequestTest, StopIsATextOrUpToSixteen) {
  EXPECT_EQ(parsed("\"stop\":\"x\"").generate.params.stop_sequences, std::vector<std::string>{"x"});
  EXPECT_TRUE(parsed("\"stop\":[]").generate.params.stop_sequences.empty());
  const auto stops = [](std::size_t count, std::size_t bytes) {
    std::string text = "\"stop\":[";
    for (std::size_t i = 0; i < count; ++i) {
      text += (i > 0 ? ",\"" : "\"") + std::string(bytes, 's') + "\"";
    }
    return text + "]";
  };
  EXPECT_EQ(parsed(stops(16, 256)).generate.params.stop_sequences.size(), 16U);
  EXPECT_EQ(error_of(chat_body(stops(17, 1))).field, "stop");
  EXPECT_EQ(error_of(chat_body(stops(2, 257))).field, "stop[0]");
  EXPECT_EQ(error_of(chat_body("\"stop\":\"\"")).field, "stop");
  EXPECT_EQ(error_of(chat_body("\"stop\":[\"a\",3]")).field, "stop[1]");
  EXPECT_EQ(error_of(chat_body("\"stop\":[\"a\",null]")).field, "stop[1]");
  EXPECT_EQ(error_of(chat_body("\"stop\":\"" + std::string(1 << 20, 's') + "\"")).field, "stop");
}

TEST(ChatRequestTest, LogitBiasMapsTokenIdsToBoundedNumbers) {
  const auto biases = [](int count) {
    std::string text = "\"logit_bias\":{";
    for (int i = 0; i < count; ++i) {
      text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":1";
    }
    return text + "}";
  };
  EXPECT_EQ(parsed(biases(1024)).generate.params.logit_bias.size(), 1024U);
  EXPECT_EQ(error_of(chat_body(biases(1025))).field, "logit_bias");
  EXPECT_EQ(parsed(R"("logit_bias":{"2147483647":100})").generate.params.logit_bias[0].token,
            2147483647);
  for (const char* key : {"", "x", "-1", "+1", "01", "1.0", " 1", "1 ", "0x1", "2147483648",
                          "99999999999999999999", "1e2"}) {
    const Error error = error_of(chat_body("\"logit_bias\":{\"" + std::string(key) + "\":1}"));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << key;
    EXPECT_EQ(error.field, "logit_bias") << key;
  }
  for (const char* value : {"100.001", "-100.001", "\"1\"", "true", "null", "1e30"}) {
    EXPECT_EQ(error_of(chat_body("\"logit_bias\":{\"7\":" + std::string(value) + "}")).field,
              "logit_bias.7")
        << value;
  }
  EXPECT_EQ(error_of(chat_body(R"("logit_bias":{"7":1,"7":2})")).field, "logit_bias.7");
}

TEST(ChatRequestTest, TopLogprobsNeedsLogprobs) {
  EXPECT_EQ(error_of(chat_body("\"top_logprobs\":1")).field, "top_logprobs");
  EXPECT_EQ(error_of(chat_body(R"("top_logprobs":1,"logprobs":false)")).field, "top_logprobs");
  EXPECT_EQ(parsed(R"("top_logprobs":1,"logprobs":true)").generate.params.top_logprobs, 1U);
  EXPECT_EQ(parsed(R"("top_logprobs":0)").generate.params.top_logprobs, 0U);
}

TEST(ChatRequestTest, StreamOptionsNeedStream) {
  EXPECT_EQ(error_of(chat_body(R"("stream_options":{"include_usage":true})")).field,
            "stream_options");
  EXPECT_EQ(error_of(chat_body(R"("stream":false,"stream_options":{})")).field, "stream_options");
  EXPECT_FALSE(parsed(R"("stream":true,"stream_options":{})").include_usage);
  EXPECT_EQ(error_of(chat_body(R"("stream":true,"stream_options":{"include_usage":1})")).field,
            "stream_options.include_usage");
  EXPECT_EQ(parsed(R"("stream":true,"stream_options":{"usage":true})").warnings.lines(),
            std::vector<std::string>{"stream_options.usage is not known here and has no effect"});
  EXPECT_EQ(
      parsed(R"("stream":true,"stream_options":{"include_obfuscation":false})").warnings.lines(),
      std::vector<std::string>{"stream_options.include_obfuscation has no effect here"});
}

TEST(ChatRequestTest, WhatIsNotSupportedIsSaidByName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("audio":{"voice":"alloy","format":"wav"})", "audio"},
      {R"("modalities":["text","audio"])", "modalities[1]"},
  };
  for (const auto& [members, field] : cases) {
    const Error error = error_of(chat_body(members));
    EXPECT_EQ(error.code, ErrorCode::Unsupported) << members << ": " << error.message;
    EXPECT_EQ(error.field, field) << error.message;
  }
}

TEST(ChatRequestTest, WhatAsksForNothingIsFine) {
  for (const char* members :
       {R"("tools":[])", R"("tool_choice":"none")", R"("tool_choice":"auto")",
        R"("tools":[],"tool_choice":"auto")", R"("response_format":{"type":"text"})",
        R"("functions":[],"function_call":"none")", R"("chat_template_kwargs":{})"}) {
    EXPECT_TRUE(parsed(members).warnings.empty()) << members;
  }
  EXPECT_EQ(parsed(R"("modalities":["text"])").warnings.lines(),
            std::vector<std::string>{"modalities has no effect here"});
}

TEST(ChatRequestTest, WhatIsWrongInAnyServerIsInvalid) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("tool_choice":"sometimes")", "tool_choice"},
      {R"("response_format":{})", "response_format.type"},
      {R"("response_format":{"type":7})", "response_format.type"},
      {R"("response_format":{"type":"xml"})", "response_format.type"},
      {R"("modalities":[])", "modalities"},
      {R"("modalities":[7])", "modalities[0]"},
  };
  for (const auto& [members, field] : cases) {
    const Error error = error_of(chat_body(members));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << members << ": " << error.message;
    EXPECT_EQ(error.field, field) << error.message;
  }
}

TEST(ChatRequestTest, SeveralIgnoredFieldsAreAllNamed) {
  const auto warnings = parsed(R"("user":"u","metadata":{"a":"b"},"store":false)").warnings.lines();
  EXPECT_EQ(warnings.size(), 3U);
}

TEST(ChatRequestTest, TheModelsStayIsReadUnderBothOfItsNames) {
  EXPECT_EQ(parsed(R"("keep_alive":"5m")").stay, std::chrono::minutes(5));
  EXPECT_EQ(parsed(R"("ttl":60)").stay, std::chrono::seconds(60));
  EXPECT_FALSE(parsed(R"("ttl":null)").stay);
  EXPECT_EQ(error_of(chat_body(R"("ttl":"soon")")).field, "ttl");
}

}  // namespace
}  // namespace pcai::openai

// The whole way with the default model. Skipped where the model or llama.cpp is not there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "capi/adapter_file.h"
#include "pcai/pcai.hpp"

namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kModelId = "SmolLM2-135M-Instruct.Q4_1";

/// The default model's path where pcai::models finds it; nothing when it is not there.
std::optional<std::string> default_model() {
  const pcai::models found = pcai::models::discover();
  for (std::uint64_t i = 0; i < found.size(); ++i) {
    if (pcai::view(found[i].id) == kModelId) return pcai::string(found[i].path);
  }
  return std::nullopt;
}

pcai::request greedy(std::string content, std::uint32_t max_tokens) {
  pcai::request request;
  request.messages.push_back({PCAI_ROLE_USER, std::move(content)});
  request.options.temperature = 0;
  request.options.max_tokens = max_tokens;
  return request;
}

bool append(const char* token, std::string& text, std::size_t most) {
  text += token;
  return text.size() < most;
}

class RealModelTest : public testing::Test {
 protected:
  void SetUp() override {
    path_ = default_model();
    if (!path_) GTEST_SKIP() << kModelId << " is not there: tools/get_default_model gets it";
    try {
      engine_.emplace("llamacpp");
    } catch (const pcai::error& error) {
      GTEST_SKIP() << error.what();
    }
  }

  void TearDown() override { pcai_shutdown(); }

  pcai_model_options model_options() const {
    pcai_model_options options;
    pcai_model_options_init(&options, sizeof options);
    options.path = pcai::text_of(*path_);
    options.context_length = 1024;
    options.max_sequences = 4;
    return options;
  }

  pcai::model load() {
    pcai::model model = engine_->load(model_options());
    EXPECT_TRUE(model.wait());
    return model;
  }

  std::optional<std::string> path_;
  std::optional<pcai::engine> engine_;
};

TEST_F(RealModelTest, SaysWhatItIsAndAnswers) {
  pcai::model model = load();
  const pcai_model_info info = model.info();
  EXPECT_EQ(pcai::view(info.architecture), "llama");
  EXPECT_EQ(pcai::view(info.id), kModelId);
  EXPECT_THAT(pcai::string(info.quantization), StartsWith("Q4_1"));
  EXPECT_GT(info.parameter_count, 100'000'000U);
  EXPECT_GT(info.vocabulary_size, 10'000U);

  const pcai::answer answer =
      model.start(greedy("What is the capital of France? Answer with one word.", 24)).wait();
  EXPECT_THAT(answer.text, HasSubstr("Paris"));
  EXPECT_GT(answer.last.prompt_tokens, 5U);
  EXPECT_GT(model.stats().tokens_generated, 0U);
}

TEST_F(RealModelTest, AnAdapterCountsAsFarAsTheRequestSays) {
  const std::string file = testing::TempDir() + "adapter.gguf";
  pcai_test::write_adapter(file);
  const pcai_adapter adapter = {pcai::text_of(file), 0, 0};
  pcai_model_options options = model_options();
  options.adapters = &adapter;
  options.adapter_count = 1;
  pcai::model model = engine_->load(options);
  ASSERT_TRUE(model.wait());

  pcai::request request = greedy("Name three colours.", 12);
  const std::string as_loaded = model.start(request).wait().text;
  request.lora.emplace();
  EXPECT_EQ(model.start(request).wait().text, as_loaded) << "the adapter is loaded, but off";
  request.lora->push_back({0, 1});
  EXPECT_NE(model.start(request).wait().text, as_loaded);
  request.lora->back().index = 1;
  try {
    static_cast<void>(model.start(request).wait());
    ADD_FAILURE() << "there is no such adapter";
  } catch (const pcai::error& error) {
    EXPECT_EQ(error.code(), PCAI_ERROR_INVALID_REQUEST);
    EXPECT_THAT(error.what(), HasSubstr("no adapter 1"));
  }
}

TEST_F(RealModelTest, BothPartsOfTheHeaderGiveTheSameText) {
  const std::string prompt = "Name three colours. 色 😀";
  const std::string expected = load().start(greedy(prompt, 16)).wait().text;
  ASSERT_TRUE(pcai_init("auto").success);
  ASSERT_TRUE(pcai_load_model(path_->c_str(), -1).success);
  char* whole = pcai_generate(prompt.c_str(), 16, 0);
  ASSERT_NE(whole, nullptr) << pcai_last_error();
  EXPECT_EQ(whole, expected);
  pcai_free_string(whole);
  std::string streamed;
  EXPECT_TRUE(pcai_generate_streaming(
                  prompt.c_str(), 16, 0,
                  [](const char* token, void* to) { *static_cast<std::string*>(to) += token; },
                  &streamed)
                  .success);
  EXPECT_EQ(streamed, expected);
}

TEST_F(RealModelTest, AnswersFollowASchemaAndCallsFollowTheirs) {
  pcai::model model = load();
  pcai::request request = greedy("Is Paris in France?", 40);
  request.json_schema = R"({"type":"object","properties":{"yes":{"type":"boolean"}},)"
                        R"("required":["yes"],"additionalProperties":false})";
  EXPECT_THAT(model.start(request).wait().text,
              testing::AnyOf(R"({"yes": true})", R"({"yes": false})"));
  request.json_schema = "";
  request.tools = R"([{"type":"function","function":{"name":"look","parameters":{"type":"object",)"
                  R"("properties":{"city":{"enum":["Paris","Rome"]}},"required":["city"],)"
                  R"("additionalProperties":false}}}])";
  request.tool_choice = R"({"type":"function","function":{"name":"look"}})";
  const pcai::answer answer = model.start(request).wait();
  ASSERT_EQ(answer.tool_calls.size(), 1U);
  EXPECT_EQ(answer.tool_calls[0].name, "look");
  EXPECT_THAT(answer.tool_calls[0].arguments,
              testing::AnyOf(R"({"city": "Paris"})", R"({"city": "Rome"})"));
}

TEST_F(RealModelTest, ACallbackStopsIt) {
  ASSERT_TRUE(pcai_init("llamacpp").success);
  ASSERT_TRUE(pcai_load_model(path_->c_str(), -1).success);
  std::string text;
  EXPECT_TRUE(pcai_generate_streaming_cancellable(
                  "Count to a thousand.", 0, 0,
                  [](const char* token, void* to) -> std::int32_t {
                    return append(token, *static_cast<std::string*>(to), 8) ? 1 : 0;
                  },
                  &text)
                  .success);
  EXPECT_GE(text.size(), 8U);
}

TEST_F(RealModelTest, TokensComeWithLogprobs) {
  pcai::model model = load();
  pcai::request request = greedy("Hi", 4);
  request.options.logprobs = 1;
  request.options.top_logprobs = 3;
  pcai::generation generation = model.start(request);
  std::uint64_t tokens = 0;
  while (const auto event = generation.next()) {
    for (std::uint64_t i = 0; i < event->logprob_count; ++i) {
      const pcai_token_logprobs& token = event->logprobs[i];
      ASSERT_EQ(token.top_count, 3U);
      EXPECT_EQ(token.chosen.token, token.top[0].token);  // greedy takes the likeliest
      EXPECT_LE(token.chosen.logprob, 0);
      ++tokens;
    }
    if (event->kind == PCAI_EVENT_FINISHED) {
      EXPECT_EQ(tokens, event->completion_tokens);
    }
  }
  EXPECT_GE(tokens, 1U);
}

TEST_F(RealModelTest, EightThreadsGetTheSameAnswerAtOnce) {
  ASSERT_TRUE(pcai_init("llamacpp").success);
  ASSERT_TRUE(pcai_load_model(path_->c_str(), -1).success);
  std::vector<std::thread> threads;
  std::atomic<int> answers{0};
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      char* answer = pcai_generate("Say hello.", 6, 0);
      answers += answer != nullptr && *answer != '\0';
      pcai_free_string(answer);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answers, 8);
}

TEST_F(RealModelTest, APromptOverTheContextIsRefusedWithTheNumbers) {
  pcai::model model = load();
  std::string prompt;
  for (int i = 0; i < 3000; ++i) prompt += "word ";
  try {
    model.ask(prompt);
    FAIL() << "it was taken";
  } catch (const pcai::error& error) {
    EXPECT_EQ(error.code(), PCAI_ERROR_CONTEXT_OVERFLOW);
    EXPECT_THAT(error.what(), HasSubstr("1024"));
  }
}

TEST_F(RealModelTest, UnloadingEndsWhatRuns) {
  pcai::model model = load();
  pcai::generation generation = model.start(greedy("Tell a long story.", 900));
  while (const auto event = generation.next()) {
    if (event->kind == PCAI_EVENT_TEXT) break;
  }
  model.unload();
  try {
    generation.wait();
    FAIL() << "it went on";
  } catch (const pcai::error& error) {
    EXPECT_EQ(error.code(), PCAI_ERROR_CANCELLED);
  }
}

TEST_F(RealModelTest, ADamagedFileIsRefusedAndItsPathMayBeAnyUnicode) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / u8"modèles 模型 😀";
  std::filesystem::create_directories(folder);
  const std::filesystem::path whole = folder / u8"ganz 全.gguf";
  std::filesystem::remove(whole);
  std::filesystem::create_symlink(*path_, whole);
  pcai::model model = engine_->load(whole.string());
  EXPECT_TRUE(model.wait());

  const std::filesystem::path damaged = folder / "damaged.gguf";
  {
    std::vector<char> head(100'000);
    std::ifstream(*path_, std::ios::binary).read(head.data(), static_cast<long>(head.size()));
    std::ofstream(damaged, std::ios::binary).write(head.data(), static_cast<long>(head.size()));
  }
  try {
    engine_->load(damaged.string()).wait();
    FAIL() << "it was loaded";
  } catch (const pcai::error& error) {
    EXPECT_EQ(error.code(), PCAI_ERROR_INVALID_MODEL);
    EXPECT_THAT(error.what(), HasSubstr("damaged.gguf"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace

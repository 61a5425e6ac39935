// The same library from C++, through pcai.hpp: what RAII promises, many threads, the real numbers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "layout.h"
#include "pcai/pcai.hpp"

namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

constexpr const char* kLongPrompt = "fake: delay_ms=20 tokens=4000";

pcai::request user_request(std::string content) {
  pcai::request request;
  request.messages.push_back({PCAI_ROLE_USER, std::move(content)});
  return request;
}

/// What `call` throws; a test failure when it throws nothing.
template <class Call>
pcai::error error_of(Call call) {
  try {
    call();
  } catch (const pcai::error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {PCAI_OK, ""};
}

void wait_for_text(pcai::generation& generation) {
  while (const auto event = generation.next()) {
    if (event->kind == PCAI_EVENT_TEXT) return;
  }
  FAIL() << "it ended first";
}

/// Where threads meet: wait() returns once `count` have come.
class Gate {
 public:
  void come() {
    {
      const std::lock_guard lock(mutex_);
      ++come_;
    }
    changed_.notify_all();
  }

  void wait(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return come_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int come_ = 0;
};

class CppApiTest : public testing::Test {
 protected:
  pcai::model load(const std::string& path = "m.fake") {
    pcai::model model = engine_.load(path);
    EXPECT_TRUE(model.wait());
    return model;
  }

  pcai::engine engine_{"fake"};
};

TEST_F(CppApiTest, AnAnswerIsOneCall) {
  const pcai::answer answer = load().ask("grüß 世界 😀");
  EXPECT_EQ(answer.text, "You said: grüß 世界 😀");
  EXPECT_EQ(answer.finish_reason, PCAI_FINISH_STOP);
  EXPECT_GT(answer.last.prompt_tokens, 0U);
  EXPECT_GT(answer.last.completion_tokens, 0U);
}

TEST_F(CppApiTest, ATextMayHoldANul) {
  const std::string prompt("a\0b", 3);
  EXPECT_EQ(load().ask(prompt).text, "You said: " + prompt);
}

TEST_F(CppApiTest, ReasoningIsApart) {
  const pcai::answer answer = load().ask("fake: reasoning=2 reply=hm well yes indeed");
  EXPECT_EQ(answer.reasoning + answer.text, "hm well yes indeed");
  EXPECT_EQ(answer.reasoning, "hm well");
}

TEST_F(CppApiTest, AnErrorHasACodeAFieldAndAMessage) {
  pcai::model model = load();
  pcai::request request = user_request("hi");
  request.options.temperature = NAN;
  const pcai::error error = error_of([&] { model.start(request); });
  EXPECT_EQ(error.code(), PCAI_ERROR_INVALID_REQUEST);
  EXPECT_STREQ(error.name(), "invalid_request");
  EXPECT_EQ(error.field(), "temperature");
  EXPECT_THAT(error.what(), HasSubstr("temperature"));
}

TEST_F(CppApiTest, WhatIsUnsupportedIsNamed) {
  pcai::model model = load();
  pcai::request request = user_request("hi");
  request.tools = R"([{"type":"custom","custom":{"name":"x"}}])";
  EXPECT_EQ(error_of([&] { model.start(request); }).code(), PCAI_ERROR_UNSUPPORTED);
}

TEST_F(CppApiTest, ToolCallsComeInPieces) {
  pcai::model model = load();
  pcai::request request = user_request("fake: tool=look args={\"at\":[1,2]}");
  request.tools = R"([{"type":"function","function":{"name":"look"}}])";
  request.tool_choice = "auto";
  const pcai::answer answer = model.start(request).wait();
  ASSERT_EQ(answer.tool_calls.size(), 1U);
  EXPECT_EQ(answer.tool_calls[0].name, "look");
  EXPECT_EQ(answer.tool_calls[0].arguments, "{\"at\":[1,2]}");
  EXPECT_NE(answer.tool_calls[0].id, "");
  EXPECT_EQ(answer.finish_reason, PCAI_FINISH_TOOL_CALLS);
}

TEST_F(CppApiTest, UnknownBackendsAndMissingModelsThrow) {
  EXPECT_EQ(error_of([] { pcai::engine("abacus"); }).field(), "backend");
  pcai::model missing = engine_.load("no such file.gguf");
  const pcai::error error = error_of([&] { missing.wait(); });
  EXPECT_EQ(error.code(), PCAI_ERROR_INVALID_MODEL);
  EXPECT_THAT(error.what(), HasSubstr("no such file.gguf"));
  EXPECT_EQ(error_of([&] { missing.stats(); }).code(), PCAI_ERROR_LOADING);
}

TEST_F(CppApiTest, EveryWayOfAskingReachesTheModel) {
  pcai::model model = load();
  pcai::request request;
  request.prompt = "plain";
  EXPECT_EQ(model.start(request).wait().text, "You said: plain");
  request = {};
  request.tokens = {1, 2, 3};
  EXPECT_EQ(model.start(request).wait().last.prompt_tokens, 3U);
  request = user_request("fake: reply=one two three");
  request.stop = {" three"};
  EXPECT_EQ(model.start(request).wait().text, "one two");
  request.logit_bias = {{1, 2.0F}};
  EXPECT_EQ(error_of([&] { model.start(request).wait(); }).code(), PCAI_ERROR_UNSUPPORTED);
}

TEST_F(CppApiTest, ALoadCanBeWatchedAndGivenUp) {
  pcai::model model = engine_.load("load_ms=4000.fake");
  float progress = 2;
  EXPECT_FALSE(model.wait(milliseconds(0), &progress));
  EXPECT_LT(progress, 1);
  EXPECT_EQ(model.info().state, PCAI_MODEL_LOADING);
}

TEST_F(CppApiTest, ListsAreSnapshots) {
  const pcai::model model = load("listed.fake");
  const pcai::models models = engine_.models();
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(pcai::view(models[0].id), "listed");
  EXPECT_EQ(pcai::view(model.info().id), "listed");
  EXPECT_EQ(error_of([&] { (void)models[1]; }).field(), "index");
  const pcai::devices devices;
  ASSERT_GE(devices.size(), 1U);
  EXPECT_EQ(devices[0].kind, PCAI_DEVICE_CPU);
  for (std::uint64_t i = 1; i < devices.size(); ++i) {
    EXPECT_EQ(devices[i].kind, PCAI_DEVICE_GPU);
    EXPECT_EQ(devices[i].index, static_cast<std::int32_t>(i) - 1);
    EXPECT_GT(devices[i].name.size, 0U);
  }
}

TEST_F(CppApiTest, DiscoveringNamesAFolderThatIsNotThere) {
  const pcai::models found = pcai::models::discover({"no such folder"});
  bool named = false;
  for (std::uint64_t i = 0; i < found.size(); ++i) {
    named |= pcai::view(found[i].path) == "no such folder" && found[i].problem.size > 0;
  }
  EXPECT_TRUE(named);
}

TEST_F(CppApiTest, ObjectsMayGoInAnyOrder) {
  auto engine = std::make_unique<pcai::engine>("fake");
  auto model = std::make_unique<pcai::model>(engine->load("m.fake"));
  ASSERT_TRUE(model->wait());
  pcai::generation generation = model->start(user_request(kLongPrompt));
  wait_for_text(generation);
  engine.reset();
  EXPECT_EQ(error_of([&] { model->start(user_request("hi")); }).code(), PCAI_ERROR_CANCELLED);
  model.reset();
  EXPECT_EQ(error_of([&] { generation.wait(); }).code(), PCAI_ERROR_CANCELLED);
}

TEST_F(CppApiTest, AnotherThreadCancels) {
  pcai::model model = load();
  pcai::generation generation = model.start(user_request(kLongPrompt));
  wait_for_text(generation);
  std::thread canceller([&] { generation.cancel(); });
  EXPECT_EQ(error_of([&] { generation.wait(); }).code(), PCAI_ERROR_CANCELLED);
  canceller.join();
}

TEST_F(CppApiTest, ASecondReaderIsAnError) {
  pcai::model model = load();
  pcai::generation generation = model.start(user_request("fake: prefill_ms=600000"));
  ASSERT_TRUE(generation.next());
  std::atomic<bool> refused{false};
  std::thread reader([&] {
    try {
      while (!refused && generation.next(milliseconds(1000))) {
      }
    } catch (const pcai::error&) {
      refused = true;
    }
  });
  // Both read until one of them is told so.
  while (!refused) {
    try {
      generation.next(milliseconds(10));
    } catch (const pcai::error& error) {
      EXPECT_EQ(error.field(), "generation");
      refused = true;
    }
  }
  generation.cancel();
  reader.join();
}

TEST_F(CppApiTest, UnloadingUnderManyReadersEndsEachOnce) {
  constexpr int kThreads = 8;
  pcai::model model = load();
  Gate gate;
  std::atomic<int> cancelled{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      pcai::generation generation = model.start(user_request(kLongPrompt));
      wait_for_text(generation);
      gate.come();
      cancelled += error_of([&] { generation.wait(); }).code() == PCAI_ERROR_CANCELLED;
    });
  }
  gate.wait(kThreads);
  model.unload();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(cancelled, kThreads);
  EXPECT_EQ(engine_.stats().cancelled, static_cast<std::uint64_t>(kThreads));
  EXPECT_EQ(engine_.stats().running, 0U);
}

// Every thread starts, loads, asks and shuts down as it likes: each call may fail, none may hang,
// and each answer that comes is whole.
TEST(SevenFunctionsTest, AllThreadsMayDoAllThingsAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 40;
  std::atomic<int> answers{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const std::string prompt = "I am " + std::to_string(i);
      for (int round = 0; round < kRounds; ++round) {
        FfiResult result = pcai_init("fake");
        pcai_free_result(&result);
        result = pcai_load_model(round % 3 == 0 ? "a.fake" : "b.fake", -1);
        pcai_free_result(&result);
        char* answer = pcai_generate(prompt.c_str(), 0, 0);
        if (answer != nullptr) {
          EXPECT_EQ(answer, "You said: " + prompt);
          ++answers;
        } else {
          EXPECT_NE(pcai_last_error(), nullptr);
        }
        pcai_free_string(answer);
        if (round % 8 == i) pcai_shutdown();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  pcai_shutdown();
  EXPECT_GT(answers, 0);
}

TEST(SevenFunctionsTest, LastErrorBelongsToItsThread) {
  EXPECT_EQ(pcai_generate("hi", 0, 0), nullptr);
  std::thread([] { EXPECT_EQ(pcai_last_error(), nullptr); }).join();
  EXPECT_THAT(pcai_last_error(), HasSubstr("pcai_init"));
}

}  // namespace

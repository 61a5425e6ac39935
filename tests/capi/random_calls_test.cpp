// Random sequences of calls with random arguments, null handles among them: whatever comes, no call
// crashes, hangs or leaks, and each failure says why. The seed is printed.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "pcai/pcai.h"

namespace {

class RandomCaller {
 public:
  explicit RandomCaller(std::uint64_t seed) : random_(seed) {}

  ~RandomCaller() {
    for (auto& generation : generations_) pcai_generation_free(&generation);
    for (auto& model : models_) pcai_model_free(&model);
    for (auto& engine : engines_) pcai_engine_free(&engine);
  }

  void call() {
    pcai_error* error = nullptr;
    const pcai_status status = call_one(&error);
    if (status < 0) {
      EXPECT_NE(error, nullptr);
      EXPECT_EQ(pcai_error_code(error), status);
      EXPECT_STRNE(pcai_error_message(error), "");
    } else {
      EXPECT_EQ(error, nullptr);
    }
    pcai_error_free(&error);
  }

 private:
  static constexpr int kHandles = 3;

  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

  template <class T>
  T& any(std::array<T, kHandles>& handles) {
    return handles[static_cast<std::size_t>(pick(kHandles))];
  }

  /// Any handle, at times null.
  template <class T>
  T some(std::array<T, kHandles>& handles) {
    return pick(8) == 0 ? nullptr : any(handles);
  }

  pcai_text text() {
    static const std::array<std::string, 8> kTexts = {"",
                                                      "hi",
                                                      "fake: tokens=50 delay_ms=1",
                                                      "fake: fail_after=1",
                                                      "fake: nonsense=1",
                                                      "\xFF",
                                                      std::string("a\0b", 3),
                                                      "世界 😀"};
    if (pick(10) == 0) return {nullptr, random_() % 2};
    const std::string& chosen = kTexts[static_cast<std::size_t>(pick(8))];
    return {chosen.data(), chosen.size()};
  }

  pcai_status create(pcai_error** error) {
    pcai_engine_options options;
    pcai_engine_options_init(&options, sizeof options);
    options.backend = pcai_text_of("fake");
    if (pick(4) == 0) options.backend = text();
    if (pick(8) == 0) options.struct_size = static_cast<std::uint32_t>(pick(sizeof options));
    pcai_engine*& engine = any(engines_);
    pcai_engine_free(&engine);
    return pcai_engine_create(&options, &engine, error);
  }

  pcai_status load(pcai_error** error) {
    static constexpr std::array kPaths = {"a.fake",       "b.fake", "load_fail.fake",
                                          "no such.gguf", "",       "load_ms=1000.fake"};
    pcai_model_options options;
    pcai_model_options_init(&options, sizeof options);
    options.path = pcai_text_of(kPaths[static_cast<std::size_t>(pick(kPaths.size()))]);
    options.max_sequences = static_cast<std::uint32_t>(pick(4));
    pcai_model*& model = any(models_);
    pcai_model_free(&model);
    return pcai_model_load(some(engines_), pick(8) == 0 ? nullptr : &options, &model, error);
  }

  pcai_status start(pcai_error** error) {
    std::array<pcai_message, 2> messages = {};
    for (pcai_message& message : messages) {
      message.struct_size = sizeof message;
      message.role = pick(6);
      message.content = text();
    }
    pcai_request request;
    pcai_request_init(&request, sizeof request);
    request.messages = messages.data();
    request.message_count = static_cast<std::uint64_t>(1 + pick(2));
    request.logprobs = pick(2);
    request.top_logprobs = static_cast<std::uint32_t>(pick(3));
    if (pick(8) == 0) request.temperature = -1;
    if (pick(8) == 0) request.timeout_ms = pick(5);
    if (pick(8) == 0) request.json_schema = text();
    if (pick(8) == 0) request.prompt = text();
    if (pick(8) == 0) request.struct_size = static_cast<std::uint32_t>(pick(sizeof request));
    pcai_generation*& generation = any(generations_);
    pcai_generation_free(&generation);
    return pcai_generation_start(some(models_), pick(8) == 0 ? nullptr : &request, &generation,
                                 error);
  }

  pcai_status next(pcai_error** error) {
    pcai_event event;
    event.struct_size = pick(8) == 0 ? 0 : sizeof event;
    return pcai_generation_next(some(generations_), pick(4) - 2 == -2 ? -2 : pick(3),
                                pick(8) == 0 ? nullptr : &event, error);
  }

  pcai_status list(pcai_error** error) {
    pcai_models* models = nullptr;
    const pcai_status status = pcai_models_list(some(engines_), &models, error);
    pcai_model_info info = {};
    info.struct_size = sizeof info;
    for (std::uint64_t i = 0; i < pcai_models_count(models); ++i) {
      EXPECT_EQ(pcai_models_get(models, i, &info, nullptr), PCAI_OK);
      EXPECT_GT(info.id.size, 0U);
    }
    pcai_models_free(&models);
    return status;
  }

  pcai_status call_one(pcai_error** error) {
    pcai_model_info info = {};
    info.struct_size = sizeof info;
    pcai_model_stats model_stats = {};
    model_stats.struct_size = sizeof model_stats;
    pcai_engine_stats engine_stats = {};
    engine_stats.struct_size = sizeof engine_stats;
    switch (pick(16)) {
      case 0: return create(error);
      case 1:
      case 2: return load(error);
      case 3:
      case 4:
      case 5: return start(error);
      case 6:
      case 7:
      case 8: return next(error);
      case 9: return pcai_model_wait(some(models_), pick(3) - 1 < 0 ? 0 : pick(20), nullptr, error);
      case 10: return pcai_model_get_info(some(models_), &info, error);
      case 11: return pcai_model_get_stats(some(models_), &model_stats, error);
      case 12: return list(error);
      case 13: return pcai_engine_get_stats(some(engines_), &engine_stats, error);
      case 14: pcai_generation_cancel(some(generations_)); return PCAI_OK;
      default: return end_something(error);
    }
  }

  pcai_status end_something(pcai_error** error) {
    switch (pick(6)) {
      case 0: pcai_engine_free(&any(engines_)); return PCAI_OK;
      case 1:
      case 2: pcai_model_free(&any(models_)); return PCAI_OK;
      case 3: return pcai_model_unload(some(models_), error);
      default: pcai_generation_free(&any(generations_)); return PCAI_OK;
    }
  }

  std::mt19937_64 random_;
  std::array<pcai_engine*, kHandles> engines_ = {};
  std::array<pcai_model*, kHandles> models_ = {};
  std::array<pcai_generation*, kHandles> generations_ = {};
};

std::uint64_t new_seed() {
  const std::uint64_t seed = std::random_device()();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

TEST(RandomCallsTest, NoSequenceOfCallsBreaksAnything) {
  RandomCaller caller(new_seed());
  for (int i = 0; i < 3000; ++i) caller.call();
}

TEST(RandomCallsTest, NorDoSequencesSideBySide) {
  const std::uint64_t seed = new_seed();
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) {
    threads.emplace_back([seed, i] {
      RandomCaller caller(seed + i);
      for (int k = 0; k < 800; ++k) caller.call();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

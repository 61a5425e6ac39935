#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "app/bench/timed_answer.h"
#include "core/result.h"

namespace pcai::app {

/// The sizes of what `pcai bench` asks for.
struct BenchSizes {
  std::uint32_t prompt = 512;  // tokens of a long prompt
  std::uint32_t answer = 64;   // tokens of an answer
  std::uint32_t streams = 8;   // answers at the same time
};

/// What is measured, in the order of the table.
enum class Workload : std::uint8_t { Prompt, OneAnswer, ManyAnswers, UnderLoad };

inline constexpr Workload kWorkloads[] = {Workload::Prompt, Workload::OneAnswer,
                                          Workload::ManyAnswers, Workload::UnderLoad};

/// "prompt of 512 tokens": for people who wait.
std::string to_text(Workload workload, const BenchSizes& sizes);

/// One measured number.
struct Measurement {
  std::string name;  // "prompt of 512 tokens"
  std::string unit;  // "tok/s": more is better; "ms": less is better
  double value = 0;
};

/// Texts of words drawn at random, so that no server has them in its cache.
class PromptWriter {
 public:
  explicit PromptWriter(std::uint32_t seed) : random_(seed) {}

  /// About that many tokens for the model that calibrate() was told of.
  std::string text(std::uint32_t tokens);

  /// A text of `words` words had `tokens` tokens.
  void calibrate(std::uint32_t words, std::uint32_t tokens);

  /// A text of exactly that many words.
  std::string words(std::uint32_t count);

 private:
  std::mt19937 random_;
  double tokens_per_word_ = 1.3;
};

/// Loads the model, if the server has not yet, and learns how long its tokens are. Fails as ask()
/// does.
Status warm_up(const MeasuredServer& server, PromptWriter& writer, platform::Signals& signals);

/// Runs one workload once. Fails as ask() does.
Result<std::vector<Measurement>> measure(const MeasuredServer& server, Workload workload,
                                         const BenchSizes& sizes, PromptWriter& writer,
                                         platform::Signals& signals);

}  // namespace pcai::app

#include "app/bench/workload.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "core/start_thread.h"

namespace pcai::app {
namespace {

using Clock = TimedAnswer::Clock;

constexpr std::uint32_t kShortPrompt = 16;   // tokens
constexpr std::uint32_t kBackground = 4096;  // tokens; the answers are given up before
constexpr std::uint32_t kPiecesFirst = 4;    // of each answer, before a prompt joins them

constexpr std::string_view kWords[] = {
    "river",  "stone",  "cloud",  "garden",  "window",  "paper",   "bridge", "winter",
    "silver", "market", "letter", "music",   "forest",  "engine",  "bottle", "candle",
    "summer", "island", "mirror", "pocket",  "animal",  "rocket",  "valley", "button",
    "yellow", "simple", "narrow", "gentle",  "broken",  "hidden",  "modern", "silent",
    "carry",  "follow", "open",   "close",   "build",   "measure", "answer", "travel",
    "before", "under",  "beside", "between", "without", "because", "never",  "always"};

double seconds(Clock::duration time) {
  return std::chrono::duration<double>(time).count();
}

Result<std::vector<Measurement>> prompt_speed(const MeasuredServer& server, const BenchSizes& sizes,
                                              PromptWriter& writer, platform::Signals& signals) {
  const TimedAnswer answer = ask(server, writer.text(sizes.prompt), 1, signals);
  if (answer.error) return fail(*answer.error);
  const double computed =
      answer.prompt_tokens - std::min(answer.prompt_tokens, answer.cached_tokens);
  return std::vector<Measurement>{{.name = to_text(Workload::Prompt, sizes),
                                   .unit = "tok/s",
                                   .value = computed / answer.first_token_seconds()}};
}

/// `count` answers at the same time.
Result<std::vector<Measurement>> answer_speed(const MeasuredServer& server, Workload workload,
                                              std::uint32_t count, const BenchSizes& sizes,
                                              PromptWriter& writer, platform::Signals& signals) {
  std::vector<std::string> prompts(count);
  for (std::string& prompt : prompts) prompt = writer.text(kShortPrompt);
  std::vector<TimedAnswer> answers(count);
  JoinedThreads threads;
  for (std::uint32_t i = 0; i < count; ++i) {
    threads.start([&, i] { answers[i] = ask(server, prompts[i], sizes.answer, signals); });
  }
  threads.join();
  double tokens = 0;
  Clock::time_point begin = Clock::time_point::max();
  Clock::time_point end = Clock::time_point::min();
  for (const TimedAnswer& answer : answers) {
    if (answer.error) return fail(*answer.error);
    // The first token belongs to the prompt.
    tokens += answer.completion_tokens - std::min(answer.completion_tokens, 1U);
    begin = std::min(begin, answer.arrivals.front());
    end = std::max(end, answer.arrivals.back());
  }
  if (tokens == 0 || end <= begin) {
    return fail(ErrorCode::Internal, server.name + " sends its answers in one piece");
  }
  return std::vector<Measurement>{
      {.name = to_text(workload, sizes), .unit = "tok/s", .value = tokens / seconds(end - begin)}};
}

/// A long prompt arrives while others are answered.
Result<std::vector<Measurement>> under_load(const MeasuredServer& server, const BenchSizes& sizes,
                                            PromptWriter& writer, platform::Signals& signals) {
  struct Stream {
    std::string prompt;
    TimedAnswer answer = {};
    std::atomic<std::uint32_t> pieces{0};
    std::atomic<bool> is_over{false};
  };
  std::vector<Stream> streams(sizes.streams);
  std::atomic<bool> is_enough{false};
  JoinedThreads threads;
  for (Stream& stream : streams) {
    stream.prompt = writer.text(kShortPrompt);
    threads.start([&] {
      stream.answer = ask(server, stream.prompt, kBackground, signals, [&] {
        ++stream.pieces;
        return !is_enough;
      });
      stream.is_over = true;
    });
  }
  for (Stream& stream : streams) {
    while (stream.pieces < kPiecesFirst && !stream.is_over) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  const TimedAnswer arriving = ask(server, writer.text(sizes.prompt), 1, signals);
  is_enough = true;
  threads.join();
  if (arriving.error) return fail(*arriving.error);
  const Clock::time_point begin = arriving.sent;
  const Clock::time_point end = arriving.arrivals.front();
  double largest_gap = 0;
  for (const Stream& stream : streams) {
    if (stream.answer.error) return fail(*stream.answer.error);
    const auto& arrivals = stream.answer.arrivals;
    for (std::size_t i = 1; i < arrivals.size(); ++i) {
      if (arrivals[i] < begin || arrivals[i - 1] > end) continue;
      largest_gap = std::max(largest_gap, seconds(arrivals[i] - arrivals[i - 1]));
    }
  }
  return std::vector<Measurement>{
      {.name = fmt::format("first token beside {} answers", sizes.streams),
       .unit = "ms",
       .value = arriving.first_token_seconds() * 1000},
      {.name = "largest gap in these meanwhile", .unit = "ms", .value = largest_gap * 1000}};
}

}  // namespace

std::string to_text(Workload workload, const BenchSizes& sizes) {
  switch (workload) {
    case Workload::Prompt: return fmt::format("prompt of {} tokens", sizes.prompt);
    case Workload::OneAnswer: return fmt::format("one answer of {} tokens", sizes.answer);
    case Workload::ManyAnswers: return fmt::format("{} answers at the same time", sizes.streams);
    case Workload::UnderLoad: break;
  }
  return fmt::format("a prompt beside {} answers", sizes.streams);
}

std::string PromptWriter::words(std::uint32_t count) {
  std::string text;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i > 0) text += ' ';
    text += kWords[random_() % std::size(kWords)];
  }
  return text;
}

std::string PromptWriter::text(std::uint32_t tokens) {
  return words(std::max(1U, static_cast<std::uint32_t>(std::lround(tokens / tokens_per_word_))));
}

void PromptWriter::calibrate(std::uint32_t words, std::uint32_t tokens) {
  if (words > 0 && tokens > 0) tokens_per_word_ = static_cast<double>(tokens) / words;
}

Status warm_up(const MeasuredServer& server, PromptWriter& writer, platform::Signals& signals) {
  constexpr std::uint32_t kSample = 96;
  const TimedAnswer answer = ask(server, writer.words(kSample), 2, signals);
  if (answer.error) return fail(*answer.error);
  writer.calibrate(kSample, answer.prompt_tokens);
  return {};
}

Result<std::vector<Measurement>> measure(const MeasuredServer& server, Workload workload,
                                         const BenchSizes& sizes, PromptWriter& writer,
                                         platform::Signals& signals) {
  switch (workload) {
    case Workload::Prompt: return prompt_speed(server, sizes, writer, signals);
    case Workload::OneAnswer: return answer_speed(server, workload, 1, sizes, writer, signals);
    case Workload::ManyAnswers:
      return answer_speed(server, workload, sizes.streams, sizes, writer, signals);
    case Workload::UnderLoad: break;
  }
  return under_load(server, sizes, writer, signals);
}

}  // namespace pcai::app

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_text.h"
#include "core/event.h"

// What answers of any route have in common, whole or streamed.

namespace pcai::openai {

constexpr std::string_view kSystemFingerprint = "fp_pcai";

/// The `usage` object.
api::Json usage_json(const Usage& usage);

/// The `timings` object, an extension of ours. A rate is left out if it would divide by zero.
api::Json timings_json(const Timings& timings, const Usage& usage);

/// The beginning of an answer or chunk, up to the opening bracket of its `choices`.
std::string answer_prefix(std::string_view id, std::string_view object, std::int64_t created,
                          std::string_view model);

/// `,"warnings":[…]`, or nothing.
std::string warnings_member(const std::vector<std::string>& warnings);

/// Adds up the choices of one answer.
class AnswerTotals {
 public:
  void add(const Usage& usage, const Timings& timings);

  /// Adds the choices of another prompt.
  void add_prompt(const AnswerTotals& other);

  /// The prompt counts once. `cached_tokens` are those that no choice had to compute.
  const Usage& usage() const noexcept { return usage_; }

  /// The earliest first token, and the longest of each other time.
  const Timings& timings() const noexcept { return timings_; }

 private:
  bool empty_ = true;
  Usage usage_;
  Timings timings_;
};

/// Appends a log-probability: a number from -9999 to 0.
void append_logprob(std::string& out, float logprob);

/// Appends the entries of `logprobs.content`, with a comma before each but the first in `out`.
void append_logprobs(std::string& out, const std::vector<TokenLogprobs>& entries);

/// Appends tokens of a prompt as vLLM's `prompt_logprobs` has them: null for the prompt's first,
/// where `out` is empty, then an object with an entry for each of `top` alternatives and the token.
void append_prompt_logprobs(std::string& out, const std::vector<TokenLogprobs>& entries,
                            std::uint32_t top);

/// A token's text, which may be no whole UTF-8: that is written as OpenAI does, "bytes:\xe2\x80".
std::string token_name(const std::string& bytes);

/// Numbers the tool calls of one choice 0, 1, … in the order in which they begin.
class ToolCallNumbers {
 public:
  struct Number {
    std::size_t position;
    bool first;  // the call begins with this piece
  };

  Number of(std::uint32_t index);

  bool empty() const noexcept { return seen_.empty(); }

 private:
  std::vector<std::uint32_t> seen_;
};

/// Whether an answer has calls, and in which form: `tool_calls` or the older `function_call`.
enum class Calls : std::uint8_t { None, Tools, Legacy };

/// "tool_calls" ("function_call") if there are calls, because clients branch on it. An answer that
/// was cut stays "length".
std::string_view finish_reason(FinishReason reason, Calls calls) noexcept;

}  // namespace pcai::openai

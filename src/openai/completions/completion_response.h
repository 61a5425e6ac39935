#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"

namespace pcai::openai {

/// What each answer of /v1/completions contains. Generation g answers prompt g / best_of.
struct CompletionResponseHead {
  std::string id;            // "cmpl-…"
  std::int64_t created = 0;  // Unix seconds
  std::string model;
  std::vector<std::string> warnings = {};
  std::vector<std::string> echoes = {};  // the prompts, to begin their answers with; empty = none
  std::uint32_t prompts = 1;
  std::uint32_t n = 1;
  std::uint32_t best_of = 1;
  bool logprobs = false;
  bool include_usage = false;
  bool prompt_only = false;                           // what the model writes is left out
  std::optional<std::uint32_t> echo_logprobs = {};    // alternatives of an echo's tokens
  std::optional<std::uint32_t> prompt_logprobs = {};  // those of the member of that name

  /// What the prompt's answers begin with.
  std::string_view echo(std::size_t prompt) const {
    return echoes.empty() ? std::string_view() : echoes[prompt];
  }

  /// A generation's end as the client sees it.
  Finished shown(Finished end) const {
    if (!prompt_only) return end;
    end.reason = FinishReason::Length;
    end.usage.completion_tokens = end.usage.reasoning_tokens = 0;
    return end;
  }
};

/// Gathers the events of all generations into one `text_completion` body. Of each prompt's best_of
/// answers it keeps the n that are likeliest per token. Not thread-safe.
class CompletionResponseBuilder {
 public:
  explicit CompletionResponseBuilder(CompletionResponseHead head);
  ~CompletionResponseBuilder();
  CompletionResponseBuilder(CompletionResponseBuilder&&) noexcept;

  void add(std::uint32_t generation, const GenerateEvent& event);
  bool done() const;
  const std::optional<Error>& error() const;
  std::string json() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Turns the events of all generations into SSE frames; best_of is n. Not thread-safe.
class CompletionStreamWriter {
 public:
  explicit CompletionStreamWriter(CompletionResponseHead head);
  ~CompletionStreamWriter();
  CompletionStreamWriter(CompletionStreamWriter&&) noexcept;

  std::string open();
  std::string add(std::uint32_t generation, const GenerateEvent& event);
  bool done() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pcai::openai

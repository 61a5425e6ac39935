#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "core/parameters/defaults.h"
#include "core/result.h"
#include "openai/answer_fields.h"

namespace pcai::openai {

/// A parsed body of POST /v1/completions. Every prompt gets `n` answers, the best of `best_of`.
struct CompletionRequest : AnswerRequest {
  std::vector<Prompt> prompts;  // each of any kind but a chat; `generate` has none
  std::uint32_t best_of = 1;    // at least n
  std::string suffix;           // already in the prompts; "" = none
  bool echo = false;
  bool prompt_only = false;    // max_tokens is 0: the token that the model writes is no part of it
  bool lists_prompts = false;  // the client gave an array of prompts

  /// Whether the answer's `logprobs` begin with the prompt's.
  bool shows_prompt_logprobs() const { return echo && generate.params.logprobs; }

  /// What the client calls a prompt: "prompt", or "prompt[2]".
  std::string prompt_path(std::size_t index) const {
    return lists_prompts ? item_path("prompt", index) : "prompt";
  }
};

constexpr std::size_t kMaxCompletions = 128;  // prompts times best_of

/// The fields of the route beside answer_fields() and sampling_fields().
std::span<const api::Field<CompletionRequest>> completion_fields();

/// As parse_chat_request().
Result<CompletionRequest> parse_completion_request(std::string_view body,
                                                   const DefaultsOf& defaults_of = {});

}  // namespace pcai::openai

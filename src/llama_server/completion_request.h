#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/parameters/defaults.h"
#include "core/result.h"
#include "openai/answer_fields.h"

namespace pcai::llama_server {

/// What ends an answer beside the model, its number of tokens and the stop sequences.
struct Cuts {
  std::uint32_t indent = 0;              // least indentation of each line but the first; 0 = off
  std::chrono::milliseconds longest{0};  // of writing, once a line has ended; 0 = off
};

/// A parsed body of POST /completion or /infill. Every prompt gets `n` answers.
struct CompletionRequest : openai::AnswerRequest {
  std::vector<Prompt> prompts = {};  // none is a chat; `generate` has none
  bool lists_prompts = false;        // the client gave a list of prompts
  bool prompt_only = false;          // n_predict is 0: what the model writes is left out
  bool cache_prompt = true;          // false: the prompt is computed anew
  bool return_tokens = false;
  std::optional<std::uint32_t> probabilities = {};               // alternatives a token
  std::optional<std::vector<std::string>> samplers = {};         // those that are used
  std::optional<std::vector<std::string>> response_fields = {};  // of the answer; absent = all
  Cuts cuts = {};

  /// What the client calls a prompt: "prompt", or "prompt[2]".
  std::string prompt_path(std::size_t index) const {
    return lists_prompts ? item_path("prompt", index) : "";
  }
};

constexpr std::size_t kMaxAnswers = 128;  // prompts times n

/// Parses and checks the body. An error names the field ("input_extra[1].text").
Result<CompletionRequest> parse_completion(std::string_view body,
                                           const DefaultsOf& defaults_of = {});
Result<CompletionRequest> parse_infill(std::string_view body, const DefaultsOf& defaults_of = {});

std::vector<api::FieldInfo> completion_field_infos();
std::vector<api::FieldInfo> infill_field_infos();

}  // namespace pcai::llama_server

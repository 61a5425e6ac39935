#pragma once

#include <span>
#include <string>

#include "api/field.h"
#include "llama_server/completion_request.h"

namespace pcai::llama_server {

/// The fields of OpenAI's routes that llama-server's routes have, too.
std::span<const api::Field<openai::AnswerRequest>> openai_fields();

/// How to sample; `logit_bias` may also be a list of pairs.
std::span<const api::Field<GenerateParams>> sampling_fields();

/// What both routes have beside these.
std::span<const api::Field<CompletionRequest>> shared_fields();

/// `prompt` of /completion.
std::span<const api::Field<CompletionRequest>> prompt_fields();

/// The parts of a gap's surroundings.
struct Gap {
  std::string prefix = {};
  std::string suffix = {};
  std::string extra = {};  // other files, as text
  std::string begun = {};  // the beginning of what fills the gap

  InfillPrompt prompt() &&;
};

/// Those of /infill.
std::span<const api::Field<Gap>> infill_fields();

}  // namespace pcai::llama_server

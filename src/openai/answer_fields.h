#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/request.h"

namespace pcai::openai {

/// What requests of chat completions and completions have in common.
struct AnswerRequest {
  GenerateRequest generate;  // for one choice; choice i samples with seed + i
  std::uint32_t n = 1;
  bool stream = false;
  bool include_usage = false;
  std::optional<std::uint32_t> prompt_logprobs = {};  // alternatives; absent = no such member
  api::Warnings warnings;  // fields that were accepted and have no effect here, named
  api::Places places = {};
  std::optional<std::chrono::milliseconds> stay = {};  // of the model; see read_keep_alive()
};

/// Their fields, beside sampling_fields() and those of the route.
std::span<const api::Field<AnswerRequest>> answer_fields();

/// Checks that involve more than one of them. `body` is the request's.
Status check_answer_fields(api::Json& body, const AnswerRequest& request);

}  // namespace pcai::openai

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/defaults.h"
#include "core/request.h"
#include "core/result.h"
#include "openai/field.h"
#include "openai/field_names.h"

namespace pcai {

/// A parsed body of POST /v1/responses.
struct ResponsesRequest {
  GenerateRequest generate;          // its messages are those of `input` alone until add_history()
  std::string instructions;          // "" = none
  std::string previous_response_id;  // "" = none
  bool stream = false;
  bool store = true;
  bool logprobs = false;  // asked for with `include`
  Json echo;              // what the answer repeats of the request
  std::vector<std::string> warnings;
};

/// The fields of the route beside sampling_fields().
std::span<const Field<ResponsesRequest>> responses_fields();

/// As parse_chat_request().
Result<ResponsesRequest> parse_responses_request(std::string_view body,
                                                 const DefaultsOf& defaults_of = {});

/// Puts the instructions and an earlier conversation in front of the input.
void add_history(ResponsesRequest& request, std::vector<ChatMessage> history);

/// The route's words for fields of a GenerateRequest.
std::span<const FieldName> responses_field_names();

}  // namespace pcai

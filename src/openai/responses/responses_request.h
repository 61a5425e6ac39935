#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "api/fields/continuation.h"
#include "core/parameters/defaults.h"
#include "core/request.h"
#include "core/result.h"
#include "openai/responses/responses_input.h"

namespace pcai::openai {

/// A parsed body of POST /v1/responses.
struct ResponsesRequest {
  GenerateRequest generate;          // its messages are those of `input` alone until add_history()
  std::string instructions;          // "" = none
  std::string previous_response_id;  // "" = none
  api::Continuation continuation;    // as the input's last item says
  bool stream = false;
  bool store = true;
  bool logprobs = false;  // asked for with `include`
  api::Json echo;         // what the answer repeats of the request
  api::Warnings warnings;
  api::Places places;                             // of the input
  StoredItem stored_item;                         // for references in the input, while it is read
  std::optional<std::chrono::milliseconds> stay;  // of the model; see read_keep_alive()
};

/// The fields of the route beside sampling_fields().
std::span<const api::Field<ResponsesRequest>> responses_fields();

/// As parse_chat_request(). `stored_item` finds what the input refers to.
Result<ResponsesRequest> parse_responses_request(std::string_view body,
                                                 const DefaultsOf& defaults_of = {},
                                                 StoredItem stored_item = {});

/// Adds the answer to the conversation that it ends, or to its last message if it goes on from
/// that.
void add_answer(std::vector<ChatMessage>& conversation, ChatMessage answer, bool continues);

/// Puts the instructions and an earlier conversation before the input. `places` are the request's.
void add_history(ResponsesRequest& request, std::vector<ChatMessage> history, api::Places& places);

}  // namespace pcai::openai

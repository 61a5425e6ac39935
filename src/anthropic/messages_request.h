#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/parameters/defaults.h"
#include "core/request.h"

namespace pcai::anthropic {

/// A parsed body of POST /v1/messages.
struct MessagesRequest {
  GenerateRequest generate;
  bool stream = false;
  api::Warnings warnings = {};  // fields that were accepted and have no effect here
  api::Places places = {};
};

/// Parses and checks the body. An error names the field ("messages[2].content[0].type").
Result<MessagesRequest> parse_messages_request(std::string_view body,
                                               const DefaultsOf& defaults_of = {});

/// The same for POST /v1/messages/count_tokens, which has no max_tokens.
Result<MessagesRequest> parse_count_request(std::string_view body);

std::span<const api::Field<MessagesRequest>> messages_fields();

}  // namespace pcai::anthropic

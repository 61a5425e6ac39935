#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.h"
#include "core/result.h"

namespace pcai {

/// A parsed body of POST /v1/chat/completions.
struct ChatCompletionRequest {
  GenerateRequest generate;  // for one choice; choice i samples with seed + i
  std::uint32_t n = 1;
  bool stream = false;
  bool include_usage = false;
  bool legacy_calls = false;          // asked with `functions`: answered with `function_call`
  std::vector<std::string> warnings;  // fields that were accepted and have no effect here, named
};

/// Parses and checks the body. Hostile input: depth, sizes, duplicate keys, UTF-8 and every number
/// are checked. An error names the field ("messages[2].content").
Result<ChatCompletionRequest> parse_chat_request(std::string_view body);

}  // namespace pcai

#pragma once

#include <string>
#include <string_view>

#include "api/field.h"
#include "core/tokens.h"

// The bodies of /tokenize, /detokenize and /apply-template, in llama-server's shapes.

namespace pcai::openai {

/// `add_special` is off by default, unlike for prompts.
Result<api::Told<TokenizeRequest>> parse_tokenize_request(std::string_view body);
Result<api::Told<DetokenizeRequest>> parse_detokenize_request(std::string_view body);

std::span<const api::Field<TokenizeRequest>> tokenize_fields();
std::span<const api::Field<DetokenizeRequest>> detokenize_fields();

/// {"tokens":[…]}: ids, or objects if pieces were asked for. A `piece` that is not UTF-8 is a list
/// of bytes.
std::string tokens_body(const Tokens& tokens);

/// {"content":…}; bytes that are not UTF-8 become U+FFFD.
std::string content_body(std::string_view text);

/// {"prompt":…}
std::string prompt_body(std::string_view text);

}  // namespace pcai::openai
